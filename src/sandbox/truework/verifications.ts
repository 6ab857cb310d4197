import { earningsOf, type VerificationSeed } from "./seed.ts";

const NAMELESS_COMPANY = { name: null };

/** Every person and employer is invented. */
const NAMED: readonly VerificationSeed[] = [
  { id: "vr_sandbox_completed_one_report", state: "completed", createdDaysAgo: 12, completedDaysAgo: 10 },
  {
    // Ids are case-sensitive: this is somebody else.
    id: "vr_sandbox_COMPLETED_ONE_REPORT",
    state: "completed",
    createdDaysAgo: 13,
    completedDaysAgo: 11,
    firstName: "Upper",
  },
  {
    id: "vr_sandbox_completed_two_reports",
    state: "completed",
    createdDaysAgo: 22,
    completedDaysAgo: 20,
    firstName: "Taylor",
    reports: [
      {},
      {
        employer: {
          name: "Fictional Gadgets LLC",
          address: {
            line_one: "2 Sample Plaza",
            line_two: null,
            city: "Sampletown",
            state: "ZZ",
            country: "US",
            postal_code: "00000",
          },
        },
        employee: {
          first_name: "Taylor",
          last_name: "Example",
          status: "inactive",
          hired_date: "2015-03-02",
          termination_date: "2018-12-31",
          social_security_number: "***-**-0000",
          positions: [
            {
              title: "Junior Gadgeteer",
              start_date: "2015-03-02",
              end_date: "2016-12-31",
              employment_type: "contractor",
            },
            { title: null, start_date: "2017-01-01", end_date: "2018-12-31" },
          ],
          earnings: [earningsOf(2018)],
          salary: null,
        },
      },
    ],
  },
  {
    id: "vr_sandbox_completed_sync",
    state: "completed",
    createdDaysAgo: 5,
    completedDaysAgo: 5,
    ranSync: true,
    firstName: "Sasha",
    fields: { turnaround_time: {}, type: "employment" },
  },
  { id: "vr_sandbox_completed_89_days_ago", state: "completed", createdDaysAgo: 91, completedDaysAgo: 89 },
  { id: "vr_sandbox_completed_long_ago", state: "completed", createdDaysAgo: 125, completedDaysAgo: 120 },
  {
    id: "vr_sandbox_completed_without_date",
    state: "completed",
    createdDaysAgo: 30,
    completedDaysAgo: 28,
    tellsCompletion: false,
    company: NAMELESS_COMPANY,
    fields: { turnaround_time: {} },
  },
  {
    id: "vr_sandbox_completed_without_date_long_ago",
    state: "completed",
    createdDaysAgo: 130,
    completedDaysAgo: 128,
    tellsCompletion: false,
  },
  {
    id: "vr_sandbox_completed_new_words",
    state: "completed",
    createdDaysAgo: 6,
    completedDaysAgo: 4,
    fields: { type: "side-hustle", use_case: "moon-lease", permissible_purpose: "idle-curiosity", brand_new_field: 1 },
  },
  {
    id: "vr_sandbox_pending_approval",
    state: "pending-approval",
    createdDaysAgo: 1,
    firstName: "Pat",
    company: NAMELESS_COMPANY,
    fields: { turnaround_time: {}, documents: [{ filename: "consent-example.pdf" }] },
  },
  { id: "vr_sandbox_processing", state: "processing", createdDaysAgo: 2, fields: { loan_id: "LOAN-EXAMPLE-1" } },
  {
    id: "vr_sandbox_action_required",
    state: "action-required",
    createdDaysAgo: 3,
    fields: { additional_information: "Please look at the example document." },
  },
  // As Truework's webhook enum spells it.
  { id: "vr_sandbox_action_requred", state: "action-requred", createdDaysAgo: 3.5 },
  {
    id: "vr_sandbox_invalid",
    state: "invalid",
    createdDaysAgo: 7,
    fields: { type: "tenant-screening", use_case: "tenant" },
  },
  {
    id: "vr_sandbox_canceled",
    state: "canceled",
    createdDaysAgo: 8,
    fields: { cancellation_reason: "wrong-info", cancellation_details: "An invented mistake in the request." },
  },
  { id: "vr_sandbox_canceled_without_reason", state: "canceled", createdDaysAgo: 9 },
  // As the official Ruby SDK's fixture spells it.
  {
    id: "vr_sandbox_cancelled",
    state: "cancelled",
    createdDaysAgo: 9.5,
    fields: { price: { amount: "0.00", currency: "USD" }, cancellation_reason: "immediate" },
  },
  { id: "vr_sandbox_new_state", state: "awaiting-payroll", createdDaysAgo: 4 },
];

const LISTED_STATES = ["completed", "processing", "pending-approval", "canceled"];

/** Rows that are there for a second page: `vr_sandbox_listed_01` to `vr_sandbox_listed_14`. */
const LISTED: readonly VerificationSeed[] = Array.from({ length: 14 }, (_, index) => {
  const state = LISTED_STATES[index % LISTED_STATES.length] ?? "completed";
  const createdDaysAgo = 40 + index;
  return {
    id: `vr_sandbox_listed_${String(index + 1).padStart(2, "0")}`,
    state,
    createdDaysAgo,
    ...(state === "completed" && { completedDaysAgo: createdDaysAgo - 1 }),
    firstName: `Person${index + 1}`,
  };
});

export const SEEDS: readonly VerificationSeed[] = [...NAMED, ...LISTED];

/** The verification that a fault is tried on; itself in good order, for both modes. */
export function faultSeed(id: string): VerificationSeed {
  return { id, state: "completed", createdDaysAgo: 12, completedDaysAgo: 10, ranSync: true, firstName: "Faulty" };
}
