import { isObject } from "../http/answer.ts";
import type { Report, Verification } from "./verification.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A verification as the data tells it, with days counted back from the sandbox's start. */
export interface VerificationSeed {
  id: string;
  state: string;
  createdDaysAgo: number;
  /** For completed ones. */
  completedDaysAgo?: number;
  /** True unless it says otherwise: `date_of_completion` is told. */
  tellsCompletion?: boolean;
  ranSync?: boolean;
  /** One entry for each report, with what differs from the usual one; a single usual report by default. */
  reports?: readonly Record<string, unknown>[];
  firstName?: string;
  company?: Record<string, unknown>;
  /** What differs from the usual fields. */
  fields?: Record<string, unknown>;
}

export function toVerification(seed: VerificationSeed, now: number): Verification {
  const { id, state, createdDaysAgo, completedDaysAgo, tellsCompletion = true, ranSync = false, reports = [{}] } = seed;
  const createdAt = now - createdDaysAgo * DAY_MS;
  const completedAt = completedDaysAgo === undefined ? null : now - completedDaysAgo * DAY_MS;
  const fields = { ...usualFields(seed), ...seed.fields };
  return {
    id,
    createdAt,
    states: [{ from: createdAt, state }],
    completedAt,
    tellsCompletion,
    ranSync,
    reports: reports.map((differing, index) => ({
      ...aReport({
        id: reportId(id, index, reports.length),
        verificationId: id,
        at: completedAt ?? createdAt,
        target: fields.target,
      }),
      ...differing,
    })),
    fields,
  };
}

/** `vr_sandbox_x` has the report `rep_sandbox_x`; if it has two, `rep_sandbox_x_1` and `rep_sandbox_x_2`. */
function reportId(verificationId: string, index: number, count: number): string {
  const id = verificationId.replace(/^vr_/, "rep_");
  return count === 1 ? id : `${id}_${index + 1}`;
}

function usualFields({ firstName = "Jamie", company = { id: 1001, name: "Fictional Widgets Inc" } }: VerificationSeed) {
  return {
    type: "employment-income",
    permissible_purpose: "credit-application",
    use_case: "mortgage",
    price: { amount: "39.95", currency: "USD" },
    turnaround_time: { lower_bound: "20", upper_bound: "124", best_estimate: "48" },
    target: {
      first_name: firstName,
      last_name: "Example",
      contact_email: `${firstName.toLowerCase()}@example.com`,
      social_security_number: "***-**-0000",
      date_of_birth: "1990-01-01",
      company,
    },
    loan_id: null,
    metadata: { branch: "sandbox", note: null },
    request_parameters: {
      employer_filter: "all-employers",
      automated_underwriting_system_eligibility: "not-required",
      verification_methods: {
        instant: { enabled: true },
        credentials: { enabled: false },
        smart_outreach: { enabled: false },
      },
    },
    reseller_originating_party: null,
  };
}

/** A report as of `at`, in the form of the versions up to 2022-08-01. */
export function aReport(report: { id: string; verificationId: string; at: number; target: unknown }): Report {
  const { id, verificationId, at, target } = report;
  const created = new Date(at).toISOString();
  const { first_name = null, last_name = null } = isObject(target) ? target : {};
  return {
    id,
    created,
    current_as_of: dateOf(at),
    verification_request: { id: verificationId, type: "employment-income", created },
    employer: { name: "Fictional Widgets Inc", address: "1 Sample Plaza\nSampletown, ZZ 00000" },
    employee: {
      first_name,
      last_name,
      status: "active",
      hired_date: "2019-01-01",
      social_security_number: "***-**-0000",
      positions: [{ title: "Widget Engineer", start_date: "2019-01-01", employment_type: "regular-full-time" }],
      earnings: [earningsOf("2024"), earningsOf("2023")],
      salary: { gross_pay: "50000.00", pay_frequency: "annually", hours_per_week: "40", reduced_covid: "unknown" },
    },
    pricing_tier: "smart-outreach",
  };
}

/** The year is a number in some of Truework's fixtures and a string in others. */
export function earningsOf(year: string | number) {
  return {
    year,
    base: "50000.00",
    overtime: "0.00",
    bonus: "1500.50",
    commission: "0.00",
    other: "0.00",
    total: "51500.50",
  };
}

/** The calendar day of a moment, in UTC. */
export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
