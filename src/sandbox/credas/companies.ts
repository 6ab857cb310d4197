import { LARKSPUR_REPORT } from "./larkspur-report.ts";
import { anAddress, type FullReport } from "./report.ts";

export interface Company {
  id: number;
  /** Its own fields, beside the report. */
  own: Record<string, unknown>;
  fullReport: FullReport | null;
  /** How long after a refresh the new report shows; at once by default. */
  refreshTakesMs?: number;
}

const ACTIVE = { status: "Active", description: "Active - Accounts Filed" };

function ownNames(companyName: string, companyNumber: string, companyStatus = "Active") {
  return { companyName, companyNumber, companyStatus };
}

/** A report with one director and nothing else of note. */
function shortReport(id: number, summary: Record<string, unknown> = {}): FullReport {
  return {
    language: "EN",
    companySummary: { country: "GB", latestTurnoverFigure: { currency: "GBP", value: 1_000_000 }, ...summary },
    directors: {
      currentDirectors: [
        {
          id: `D-${id}-1`,
          name: "Mr Sol Sample",
          address: anAddress("2 Placeholder Lane"),
          nationality: "Irish",
        },
      ],
      previousDirectors: [],
    },
    shareCapitalStructure: { shareHolders: [{ id: `S-${id}-1`, name: "Sol Sample" }] },
    additionalInformation: {
      personsWithSignificantControl: { activePSC: [{ id: `P-${id}-1`, name: "Mr Sol Sample" }] },
    },
  };
}

/** Every company is invented: their numbers are ones that Companies House has not given out. */
export const COMPANIES: readonly Company[] = [
  { id: 6510, own: ownNames("Larkspur Example Trading Limited", "99000010"), fullReport: LARKSPUR_REPORT },
  {
    id: 6511,
    own: { name: "Marigold Example Bakery Limited", registrationNumber: "ZZ000011", status: "Active" },
    fullReport: shortReport(6511),
  },
  {
    id: 6512,
    own: {},
    fullReport: shortReport(6512, {
      businessName: "Nettle Example Holdings Limited",
      companyNumber: "UK99000012",
      companyRegistrationNumber: "99000012",
      companyStatus: ACTIVE,
    }),
  },
  {
    id: 6513,
    own: {},
    fullReport: {
      ...shortReport(6513),
      companySummary: undefined,
      companyIdentification: {
        basicInformation: {
          businessName: "Orchid Example Logistics Limited",
          registeredCompanyName: "ORCHID EXAMPLE LOGISTICS LIMITED",
          companyRegistrationNumber: "99000013",
          country: "GB",
          companyRegistrationDate: "2015-02-03T00:00:00Z",
          companyStatus: ACTIVE,
        },
        previousNames: [],
      },
    },
  },
  {
    id: 6514,
    own: ownNames("Poppy Example Sparse Limited", "99000014"),
    fullReport: {
      companySummary: null,
      directors: {
        currentDirectors: [
          { name: "Mx Idless Example", address: null, nationality: null },
          { id: "D-6514-2", name: null },
          { id: "D-6514-3", name: "Mrs Plain Address Example", address: "3 One Line Street, Sampletown" },
        ],
      },
      shareCapitalStructure: { shareHolders: [] },
      financialStatements: [],
    },
  },
  { id: 6515, own: ownNames("Quince Example Reportless Limited", "99000015"), fullReport: null },
  { id: 6516, own: ownNames("Rosemary Example Pioneers Limited", "00000001"), fullReport: shortReport(6516) },
  {
    id: 6517,
    own: ownNames("Sorrel Example Memories Limited", "99000017", "Dissolved"),
    fullReport: shortReport(6517, { companyStatus: { status: "NonActive", description: "Dissolved" } }),
  },
  {
    id: 6518,
    own: ownNames("Tansy Example Patience Limited", "99000018"),
    fullReport: shortReport(6518),
    refreshTakesMs: 2000,
  },
];

/** The company that a fault is tried on; itself in good order. */
export function faultCompany(id: number): Company {
  return { id, own: ownNames(`Fault ${id} Example Limited`, `999${id}`), fullReport: shortReport(id) };
}
