/** What Youverify has about a found company. Shapes as FirstCentral sends them: lists of one, blanks of every kind. */
export interface CompanyData {
  businessData: readonly unknown[];
  companyShareholderList: readonly unknown[];
  facilityPerformanceSummary: readonly unknown[];
  companyFinancialList: readonly unknown[];
  creditRatingInformation: Record<string, unknown>;
}

export type CompanyAnswer =
  | { kind: "found"; data: CompanyData }
  /** Found after a while. */
  | { kind: "pending"; data: CompanyData }
  | { kind: "always-pending" }
  | { kind: "not-found" };

/** A rating with nothing in it, as on the page's sample. */
export const NO_RATING = {
  rating: null,
  ratingScore: null,
  ratingDate: null,
  previousRating: null,
  previousRatingScore: null,
  previousRatingDate: null,
  creditLimit: null,
  creditLimitDate: null,
  previousCreditLimit: null,
  previousCreditLimitDate: null,
  contractLimit: null,
  keyPositiveFactors: [],
  otherFactors: [],
  topShareholders: [],
};

const LETTER_RATING = {
  rating: "B",
  ratingScore: "68",
  ratingDate: "20/11/2025",
  previousRating: "C",
  previousRatingScore: "51",
  previousRatingDate: "19/11/2024",
  creditLimit: "17,205.00",
  creditLimitDate: "20/11/2025",
  previousCreditLimit: "-",
  previousCreditLimitDate: "",
  contractLimit: "34,410.00",
  keyPositiveFactors: ["Invented: pays its suppliers early"],
  otherFactors: ["Invented: few filings so far"],
  topShareholders: [{ name: "Ada Specimen", percentage: "60.00" }],
};

const NUMBER_RATING = {
  ...NO_RATING,
  rating: 2,
  ratingScore: 88.5,
  ratingDate: "2025-11-20",
  creditLimit: 25000,
  contractLimit: 50000,
  keyPositiveFactors: ["Invented: steady turnover", null, 7],
};

function foundData(name: string, number: string, rating: Record<string, unknown>): CompanyData {
  return {
    businessData: [
      {
        _id: "5a0db0510000000000000010",
        businessName: name,
        businessRegistrationNumber: number,
        tradingName: "-",
        previousBusinessName: null,
        dateOfIncorporation: "05/04/2011",
        noOfDirectors: "3",
        vatNumber: "",
        commercialEmail1: "office@example.com",
        commercialAddress1: "10 Specimen Street, Sampletown",
        webaddress: " ",
      },
    ],
    companyShareholderList: [{ name: "Ada Specimen", shares: "60", currency: "GBP" }],
    facilityPerformanceSummary: [
      {
        totalOutstandingdebt: "17,205.00",
        totalAccountarrear: "0",
        totalAccounts: "4",
        totalNumberofJudgement: "-",
        totalNumberofDishonoured: null,
      },
    ],
    companyFinancialList: [{ yearEnd: "31/03/2025", turnover: "1,000,000.00", profit: "" }],
    creditRatingInformation: rating,
  };
}

const ANSWERS: ReadonlyMap<string, CompanyAnswer> = new Map(
  Object.entries({
    "99000010": { kind: "found", data: foundData("Larkspur Example Trading Limited", "99000010", LETTER_RATING) },
    ZZ000011: { kind: "found", data: foundData("Marigold Example Bakery Limited", "ZZ000011", NUMBER_RATING) },
    "00000001": { kind: "found", data: foundData("Rosemary Example Pioneers Limited", "00000001", NO_RATING) },
    P0000001: { kind: "pending", data: foundData("Parsley Example Pending Limited", "P0000001", LETTER_RATING) },
    P0000002: { kind: "always-pending" },
  } satisfies Record<string, CompanyAnswer>),
);

/** What Youverify says of a number. Faults are tried on companies that are found. */
export function answerAbout(companyNumber: string): CompanyAnswer {
  const known = ANSWERS.get(companyNumber);
  if (known !== undefined) return known;
  if (!/^F0000\d{3}$/.test(companyNumber)) return { kind: "not-found" };
  return { kind: "found", data: foundData("Fault Example Limited", companyNumber, LETTER_RATING) };
}
