import { z } from "zod";
import { jsonObject, listOf, section, text, withDocument } from "../http/lenient.ts";

// Every field but `id` and `created` may be missing, null or of another kind, and is then as good as not told: Truework
// adds and reshapes fields between versions, and its own fixtures leave out what its pages promise.

/** One string since 2020, an object before; the members of the object changed their names once. */
const address = z
  .union([
    z.string(),
    z.object({
      line_one: text,
      line_two: text,
      address: text,
      extended_address: text,
      city: text,
      state: text,
      country_subdivision_code: text,
      postal_code: text,
      country: text,
      country_code: text,
    }),
  ])
  .nullish()
  .catch(null);

const employee = section({
  first_name: text,
  last_name: text,
  status: text,
  hired_date: text,
  termination_date: text,
  end_of_employment: text,
  positions: listOf(z.object({ title: text, start_date: text, end_date: text, employment_type: text })),
  earnings: listOf(
    z.object({ year: text, base: text, overtime: text, bonus: text, commission: text, other: text, total: text }),
  ),
  salary: section({ gross_pay: text, pay_frequency: text, hours_per_week: text }),
});

/** A report without an id can't be named, so it is passed over. */
const report = withDocument({
  id: z.union([z.string().min(1), z.number().transform(String)]),
  created: text,
  current_as_of: text,
  employer: section({ name: text, address }),
  employee,
});

const target = section({
  first_name: text,
  last_name: text,
  contact_email: text,
  phone_number: text,
  date_of_birth: text,
  social_security_number: text,
  company: section({ id: text, name: text, address: text, city: text, state: text, zip_code: text }),
});

const price = section({ amount: text, currency: text });

/** What is needed to keep account of a charged call. */
export const purchaseResponse = z.object({ id: z.string().min(1).max(255), price });

/** A verification request of the versions up to 2022-08-01. */
export const verificationResponse = z.object({
  id: z.string().min(1),
  created: z.string(),
  date_of_completion: text,
  state: text,
  type: text,
  permissible_purpose: text,
  use_case: text,
  price,
  turnaround_time: section({ lower_bound: text, upper_bound: text, best_estimate: text }),
  target,
  additional_information: text,
  cancellation_reason: text,
  cancellation_details: text,
  documents: listOf(z.object({ filename: z.string() })),
  loan_id: text,
  metadata: jsonObject,
  reports: listOf(report),
  request_parameters: jsonObject,
  reseller_originating_party: jsonObject,
});

/** A page of them. `previous` is absent on the first page; `next` is a URL, of which only the presence matters here. */
export const verificationListResponse = z.object({
  count: z.number().int().nonnegative().nullish().catch(null),
  next: text,
  results: z.array(z.unknown()),
});

export type VerificationResponse = z.infer<typeof verificationResponse>;
export type ReportResponse = z.infer<typeof report>;
export type AddressResponse = z.infer<typeof address>;
