import { isObject } from "../http/answer.ts";

/** A Creditsafe-shaped report; every section may be null or missing. */
export type FullReport = Record<string, unknown>;

export interface ReportIssue {
  /** 1 for the first report, one more with each refresh. */
  sequence: number;
  /** Milliseconds since the epoch. */
  madeAt: number;
}

/**
 * The report as of this issue. A refreshed one is visibly newer: its number and date move on, one more director is appointed, and
 * the latest turnover grows. The first issue of no report is no report.
 */
export function newerReport(report: FullReport | null, { sequence, madeAt }: ReportIssue): FullReport | null {
  const generatedAt = new Date(madeAt).toISOString();
  const reportInformation = { sequence, generatedAt };
  if (sequence === 1) return report === null ? null : { reportInformation, ...report };

  const summary = section(report, "companySummary");
  const directors = section(report, "directors");
  const current = Array.isArray(directors.currentDirectors) ? directors.currentDirectors : [];
  return {
    reportInformation,
    ...report,
    companySummary: { ...summary, latestTurnoverFigure: { currency: "GBP", value: 1_000_000 + sequence * 25_000 } },
    directors: { ...directors, currentDirectors: [...current, appointed(sequence, generatedAt)] },
  };
}

function section(report: FullReport | null, name: string): Record<string, unknown> {
  const value = report?.[name];
  return isObject(value) ? value : {};
}

function appointed(sequence: number, at: string) {
  return {
    id: `D-NEW-${sequence}`,
    idType: "Person",
    name: `Ms Nova Newcomer (report ${sequence})`,
    address: anAddress("1 Appointment Row"),
    nationality: "British",
    positions: [{ dateAppointed: at, positionName: "Director" }],
  };
}

export function anAddress(street: string) {
  return {
    type: "Service address",
    simpleValue: `${street}, Sampletown, ZZ1 1ZZ`,
    street,
    city: "Sampletown",
    postCode: "ZZ1 1ZZ",
    country: "GB",
  };
}
