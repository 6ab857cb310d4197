import { onOneLine, readDateTime, toDate, toDecimal } from "../graphql/values.ts";
import type { AddressResponse, ReportResponse, VerificationResponse } from "./truework.responses.ts";
import {
  PermissiblePurpose,
  VerificationCancellationReason,
  VerificationState,
  VerificationType,
  VerificationUseCase,
} from "./verification.enum.ts";
import type { Verification, VerificationTarget } from "./verification.type.ts";
import type { VerificationEmployee, VerificationReport } from "./verification-report.type.ts";

/** Renames a Truework verification request. `createdAt` is its `created`, already read. */
export function toVerification(response: VerificationResponse, createdAt: string): Verification {
  return {
    id: response.id,
    createdAt,
    completedAt: readDateTime(response.date_of_completion) ?? endOfDay(toDate(response.date_of_completion)),
    state: toEnum(VerificationState, response.state) ?? "UNKNOWN",
    type: toEnum(VerificationType, response.type),
    permissiblePurpose: toEnum(PermissiblePurpose, response.permissible_purpose),
    useCase: toEnum(VerificationUseCase, response.use_case),
    price: toPrice(response.price),
    turnaroundTime: toTurnaroundTime(response.turnaround_time),
    target: toTarget(response.target),
    additionalInformation: response.additional_information ?? null,
    cancellation: toCancellation(response),
    documents: response.documents,
    loanId: response.loan_id ?? null,
    metadata: response.metadata ?? null,
    reports: response.reports.map(toReport),
    requestParameters: response.request_parameters ?? null,
    resellerOriginatingParty: response.reseller_originating_party ?? null,
  };
}

/** Truework's word for a state: `pending-approval`. */
export function toTrueworkState(state: VerificationState): string {
  return state.toLowerCase().replaceAll("_", "-");
}

// A day without a time leaves the whole day: to close a window early would refuse what the provider allows.
function endOfDay(day: string | null): string | null {
  return day && `${day}T23:59:59.999Z`;
}

// `cancelled` is in Truework's Ruby fixtures, `action-requred` in its webhook page.
const oddSpellings: Record<string, string> = { CANCELLED: "CANCELED", ACTION_REQURED: "ACTION_REQUIRED" };

function toEnum<Name extends string>(
  values: Record<Name, Name>,
  word: string | null | undefined,
): Name | "UNKNOWN" | null {
  if (!word) return null;
  const spelled = word.trim().toUpperCase().replaceAll("-", "_");
  const name = oddSpellings[spelled] ?? spelled;
  return Object.hasOwn(values, name) ? (name as Name) : "UNKNOWN";
}

/** A price, or null where it is not told whole. */
function toPrice(price: VerificationResponse["price"]): Verification["price"] {
  const amount = toDecimal(price?.amount);
  return amount && price?.currency ? { amount, currency: price.currency } : null;
}

/** The price that goes on record with a charge; null for one that no provider would mean. */
export function toPurchasePrice(told: VerificationResponse["price"]): Verification["price"] {
  const price = toPrice(told);
  return price && price.amount.length <= 40 && /^[\x21-\x7e]{1,10}$/.test(price.currency) ? price : null;
}

function toTurnaroundTime(estimate: VerificationResponse["turnaround_time"]): Verification["turnaroundTime"] {
  const lowerBound = toDecimal(estimate?.lower_bound);
  const upperBound = toDecimal(estimate?.upper_bound);
  const bestEstimate = toDecimal(estimate?.best_estimate);
  return (lowerBound ?? upperBound ?? bestEstimate) ? { lowerBound, upperBound, bestEstimate } : null;
}

function toTarget(target: VerificationResponse["target"]): VerificationTarget | null {
  if (!target) return null;
  const company = target.company;
  return {
    firstName: target.first_name ?? null,
    lastName: target.last_name ?? null,
    contactEmail: target.contact_email ?? null,
    phoneNumber: target.phone_number ?? null,
    dateOfBirth: toDate(target.date_of_birth),
    socialSecurityNumber: target.social_security_number ?? null,
    company: company
      ? {
          id: company.id ?? null,
          name: company.name ?? null,
          address: onOneLine([company.address, company.city, company.state, company.zip_code]),
        }
      : null,
  };
}

function toCancellation(response: VerificationResponse): Verification["cancellation"] {
  const reason = toEnum(VerificationCancellationReason, response.cancellation_reason);
  const details = response.cancellation_details ?? null;
  return (reason ?? details) ? { reason, details } : null;
}

function toReport({ id, created, current_as_of, employer, employee, document }: ReportResponse): VerificationReport {
  return {
    id,
    createdAt: readDateTime(created),
    currentAsOf: toDate(current_as_of),
    employer: employer ? { name: employer.name ?? null, address: toAddressLine(employer.address) } : null,
    employee: toEmployee(employee),
    document,
  };
}

function toEmployee(employee: ReportResponse["employee"]): VerificationEmployee | null {
  if (!employee) return null;
  return {
    firstName: employee.first_name ?? null,
    lastName: employee.last_name ?? null,
    status: employee.status ?? null,
    hiredDate: toDate(employee.hired_date),
    terminationDate: toDate(employee.termination_date ?? employee.end_of_employment),
    positions: employee.positions.map(toPosition),
    earnings: employee.earnings.map(toEarnings),
    salary: employee.salary
      ? {
          grossPay: toDecimal(employee.salary.gross_pay),
          payFrequency: employee.salary.pay_frequency ?? null,
          hoursPerWeek: toDecimal(employee.salary.hours_per_week),
        }
      : null,
  };
}

type EmployeeResponse = NonNullable<ReportResponse["employee"]>;

function toPosition(position: EmployeeResponse["positions"][number]) {
  return {
    title: position.title ?? null,
    startDate: toDate(position.start_date),
    endDate: toDate(position.end_date),
    employmentType: position.employment_type ?? null,
  };
}

function toEarnings({ year, base, overtime, bonus, commission, other, total }: EmployeeResponse["earnings"][number]) {
  return {
    year: year && /^\d{4}$/.test(year) ? Number(year) : null,
    base: toDecimal(base),
    overtime: toDecimal(overtime),
    bonus: toDecimal(bonus),
    commission: toDecimal(commission),
    other: toDecimal(other),
    total: toDecimal(total),
  };
}

function toAddressLine(address: AddressResponse): string | null {
  if (typeof address !== "object" || address === null) return onOneLine(address?.split("\n") ?? []);
  return onOneLine([
    address.line_one ?? address.address,
    address.line_two ?? address.extended_address,
    address.city,
    address.state ?? address.country_subdivision_code,
    address.postal_code,
    address.country ?? address.country_code,
  ]);
}
