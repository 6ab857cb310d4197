import { anAddress, type FullReport } from "./report.ts";

/** The full report of company 6510, shaped like a Creditsafe GB report. Every name and number is invented. */
export const LARKSPUR_REPORT: FullReport = {
  companyId: "GB-0-99000010",
  language: "EN",
  companySummary: {
    businessName: "Larkspur Example Trading Limited",
    country: "GB",
    companyNumber: "UK99000010",
    companyRegistrationNumber: "99000010",
    mainActivity: { code: "47990", description: "Other retail sale not in stores, stalls or markets" },
    companyStatus: { status: "Active", description: "Active - Accounts Filed" },
    latestTurnoverFigure: { currency: "GBP", value: 1_000_000 },
    latestShareholdersEquityFigure: { currency: "GBP", value: 412_300 },
    creditRating: { commonValue: "B", creditLimit: { currency: "GBP", value: "25000" } },
  },
  companyIdentification: {
    basicInformation: {
      businessName: "Larkspur Example Trading Limited",
      registeredCompanyName: "LARKSPUR EXAMPLE TRADING LIMITED",
      companyRegistrationNumber: "99000010",
      country: "GB",
      companyRegistrationDate: "2011-04-05T00:00:00Z",
      legalForm: { commonCode: "Other", providerCode: "9", description: "Private limited with Share Capital" },
      companyStatus: { status: "Active", description: "Active - Accounts Filed" },
      contactAddress: anAddress("10 Specimen Street"),
    },
    previousNames: [{ dateChanged: "2013-01-15T00:00:00Z", name: "Larkspur Placeholder Limited" }],
  },
  creditScore: {
    currentCreditRating: {
      commonValue: "B",
      commonDescription: "Low Risk",
      creditLimit: { currency: "GBP", value: "25000" },
      providerValue: { minValue: "0", maxValue: "100", value: "68" },
    },
    currentContractLimit: { currency: "GBP", value: 50_000 },
    latestRatingChangeDate: "2025-11-20T00:00:00Z",
  },
  contactInformation: { mainAddress: anAddress("10 Specimen Street"), emailAddresses: ["office@example.com"] },
  shareCapitalStructure: {
    issuedShareCapital: { currency: "GBP", value: 100 },
    numberOfSharesIssued: 100,
    shareHolders: [
      {
        id: "S-6510-1",
        name: "MS ADA SPECIMEN",
        shareholderType: "Person",
        shareType: "ORDINARY",
        percentSharesHeld: 60,
      },
      {
        id: "S-6510-2",
        name: "LARKSPUR EXAMPLE HOLDINGS LIMITED",
        shareholderType: "Company",
        shareType: "ORDINARY",
        percentSharesHeld: 40,
      },
    ],
  },
  directors: {
    currentDirectors: [
      {
        id: "D-6510-1",
        idType: "Person",
        name: "Ms Ada Specimen",
        title: "Ms",
        firstName: "Ada",
        surname: "Specimen",
        address: anAddress("11 Specimen Street"),
        dateOfBirth: "1970-01-01T00:00:00Z",
        nationality: "British",
        countryOfResidence: "England",
        positions: [{ dateAppointed: "2011-04-05T00:00:00Z", positionName: "Director" }],
      },
      {
        id: "D-6510-2",
        idType: "Person",
        name: "Mr Basil Placeholder",
        title: "Mr",
        firstName: "Basil",
        surname: "Placeholder",
        address: anAddress("12 Specimen Street"),
        nationality: "French",
        positions: [{ dateAppointed: "2016-09-01T00:00:00Z", positionName: "Director" }],
      },
      {
        id: "D-6510-3",
        idType: "Company",
        name: "Larkspur Example Secretaries Limited",
        address: anAddress("13 Specimen Street"),
        nationality: null,
        positions: [{ dateAppointed: "2019-06-30T00:00:00Z", positionName: "Company Secretary" }],
      },
    ],
    previousDirectors: [{ id: "D-6510-0", name: "Mr Former Example", resignationDate: "2016-08-31T00:00:00Z" }],
  },
  financialStatements: [
    { yearEndDate: "2025-03-31T00:00:00Z", numberOfWeeks: 52, currency: "GBP", consolidatedAccounts: false },
  ],
  additionalInformation: {
    personsWithSignificantControl: {
      activePSC: [
        { id: "P-6510-1", name: "Ms Ada Specimen", natureOfControl: "Ownership of shares - More than 50%" },
        {
          id: "P-6510-2",
          name: "Larkspur Example Holdings Limited",
          natureOfControl: "Ownership of shares - 25 to 50%",
        },
      ],
    },
  },
};
