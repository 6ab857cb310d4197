import { describe, expect, it } from "vitest";
import {
  aReportRecord,
  aVerificationRecord,
  completedRecord,
  VERIFICATION_ID,
} from "../fixtures/truework/verification-record.ts";
import { aVerification } from "../support/entities.ts";
import { providersAnswering } from "../support/providers-answering.ts";
import { answerJson } from "../support/recording-provider.ts";

describe("a verification", () => {
  it("tells everything that Truework tells", async () => {
    const verification = await verificationOf(completedRecord);

    expect(verification).toEqual({
      id: VERIFICATION_ID,
      createdAt: "2030-01-02T03:04:05.678Z",
      completedAt: "2030-01-04T05:06:07.890Z",
      state: "COMPLETED",
      type: "EMPLOYMENT_INCOME",
      permissiblePurpose: "CREDIT_APPLICATION",
      useCase: "MORTGAGE",
      price: { amount: "39.95", currency: "USD" },
      turnaroundTime: { lowerBound: "20", upperBound: "124", bestEstimate: "48.5" },
      target: {
        firstName: "Jamie",
        lastName: "Specimen",
        contactEmail: "jamie@example.com",
        phoneNumber: "+1 555 0100",
        dateOfBirth: "1990-01-31",
        socialSecurityNumber: "***-**-0000",
        company: { id: "4711", name: "Specimen Payroll Inc", address: "1 Sample Street, Exampleton, CA, 00000" },
      },
      additionalInformation: "Ask for Sam.",
      cancellation: null,
      documents: [{ filename: "consent.pdf" }],
      loanId: "LOAN-1",
      metadata: { reference: "R-1", note: null },
      reports: [
        {
          id: "RepSpecimen",
          createdAt: "2030-01-04T05:06:07.042Z",
          currentAsOf: "2030-01-03",
          employer: { name: "Specimen Payroll Inc", address: "1 Sample Street, Exampleton, CA 00000" },
          employee: {
            firstName: "Jamie",
            lastName: "Specimen",
            status: "active",
            hiredDate: "2019-01-01",
            terminationDate: "2029-12-31",
            positions: [
              {
                title: "Taster",
                startDate: "2019-01-01",
                endDate: "2029-12-31",
                employmentType: "regular-full-time",
              },
            ],
            earnings: [
              {
                year: 2029,
                base: "50000.00",
                overtime: "1.00",
                bonus: "2.00",
                commission: "3.00",
                other: "4.00",
                total: "50010.00",
              },
            ],
            salary: { grossPay: "50000.00", payFrequency: "annually", hoursPerWeek: "37.5" },
          },
          document: completedRecord.reports[0],
        },
      ],
      requestParameters: { employer_filter: "all-employers" },
      resellerOriginatingParty: { originating_party: "Specimen Reseller" },
    });
  });

  it("tells nothing where there is only an id and a created", async () => {
    expect(await verificationOf({})).toEqual(aVerification({ state: "UNKNOWN" }));
  });

  it.each([
    ["null", null],
    ["text", "?"],
    ["a list", [null]],
    ["a number", 0],
  ])("is spoilt by no section that is %s", async (_what, odd) => {
    const verification = await verificationOf({
      price: odd,
      turnaround_time: odd,
      target: odd,
      documents: odd,
      metadata: odd,
      reports: odd,
      request_parameters: odd,
      reseller_originating_party: odd,
      date_of_completion: odd,
    });

    expect(verification).toEqual(aVerification({ state: "UNKNOWN" }));
  });

  it("turns times into UTC", async () => {
    const verification = await verificationOf({ created: "2030-01-02T03:04:05+02:00" });

    expect(verification.createdAt).toBe("2030-01-02T01:04:05.000Z");
  });
});

describe("a verification's state", () => {
  it.each([
    ["pending-approval", "PENDING_APPROVAL"],
    ["action-required", "ACTION_REQUIRED"],
    ["invalid", "INVALID"],
    ["processing", "PROCESSING"],
    ["completed", "COMPLETED"],
    ["canceled", "CANCELED"],
    ["cancelled", "CANCELED"],
    ["action-requred", "ACTION_REQUIRED"],
    ["awaiting-payroll", "UNKNOWN"],
    ["toString", "UNKNOWN"],
    ["", "UNKNOWN"],
    [null, "UNKNOWN"],
    [undefined, "UNKNOWN"],
  ])("%j is %s", async (word, state) => {
    expect(await verificationOf({ state: word })).toMatchObject({ state });
  });
});

describe("a verification's type", () => {
  it.each([
    ["employment", "EMPLOYMENT"],
    ["employment-income", "EMPLOYMENT_INCOME"],
    ["tenant-screening", "TENANT_SCREENING"],
    ["assets", "ASSETS"],
    ["self-employment", "SELF_EMPLOYMENT"],
    ["horoscope", "UNKNOWN"],
    ["", null],
    [null, null],
    [undefined, null],
  ])("%j is %s", async (word, type) => {
    expect(await verificationOf({ type: word })).toMatchObject({ type });
  });
});

describe("a verification's permissible purpose", () => {
  it.each([
    ["child-support", "CHILD_SUPPORT"],
    ["credit-application", "CREDIT_APPLICATION"],
    ["employee-eligibility", "EMPLOYEE_ELIGIBILITY"],
    ["employee-request", "EMPLOYEE_REQUEST"],
    ["employee-review-or-collection", "EMPLOYEE_REVIEW_OR_COLLECTION"],
    ["employment", "EMPLOYMENT"],
    ["insurance-underwriting-application", "INSURANCE_UNDERWRITING_APPLICATION"],
    ["legitimate-reason-initiated", "LEGITIMATE_REASON_INITIATED"],
    ["legitimate-reason-review", "LEGITIMATE_REASON_REVIEW"],
    ["risk-assessment", "RISK_ASSESSMENT"],
    ["subpoena", "SUBPOENA"],
    ["other", "UNKNOWN"],
    [null, null],
  ])("%j is %s", async (word, permissiblePurpose) => {
    expect(await verificationOf({ permissible_purpose: word })).toMatchObject({ permissiblePurpose });
  });
});

describe("a verification's use case", () => {
  it.each([
    ["mortgage", "MORTGAGE"],
    ["home-equity", "HOME_EQUITY"],
    ["background", "BACKGROUND"],
    ["tenant", "TENANT"],
    ["government", "GOVERNMENT"],
    ["auto", "AUTO"],
    ["lending", "LENDING"],
    ["credit", "CREDIT"],
    ["identity", "IDENTITY"],
    ["insurance", "INSURANCE"],
    ["health", "HEALTH"],
    ["offers", "OFFERS"],
    ["account-management", "ACCOUNT_MANAGEMENT"],
    ["preapproval", "PREAPPROVAL"],
    ["other", "OTHER"],
    ["moon-landing", "UNKNOWN"],
    [null, null],
  ])("%j is %s", async (word, useCase) => {
    expect(await verificationOf({ use_case: word })).toMatchObject({ useCase });
  });
});

describe("a verification's cancellation", () => {
  it.each([
    ["immediate", "IMMEDIATE"],
    ["high-turnaround-time", "HIGH_TURNAROUND_TIME"],
    ["competitor", "COMPETITOR"],
    ["wrong-info", "WRONG_INFO"],
    ["other", "OTHER"],
    ["no-match", "UNKNOWN"],
  ])("for the reason %s is %s", async (word, reason) => {
    const verification = await verificationOf({ state: "canceled", cancellation_reason: word });

    expect(verification.cancellation).toEqual({ reason, details: null });
  });

  it("may have details only", async () => {
    const verification = await verificationOf({ state: "canceled", cancellation_details: "Specimen details" });

    expect(verification.cancellation).toEqual({ reason: null, details: "Specimen details" });
  });

  it("is null where a canceled one tells nothing of it", async () => {
    expect(await verificationOf({ state: "canceled" })).toMatchObject({ state: "CANCELED", cancellation: null });
  });
});

describe("a verification's completion", () => {
  it.each([[null], [undefined], [""], ["soon"]])("is null while completed, where the date is %j", async (date) => {
    const verification = await verificationOf({ state: "completed", date_of_completion: date });

    expect(verification).toMatchObject({ state: "COMPLETED", completedAt: null });
  });
});

describe("a verification's price", () => {
  it.each([
    [
      { amount: "39.95", currency: "USD" },
      { amount: "39.95", currency: "USD" },
    ],
    [
      { amount: "0.00", currency: "USD" },
      { amount: "0.00", currency: "USD" },
    ],
    [
      { amount: 39, currency: "USD" },
      { amount: "39", currency: "USD" },
    ],
    [{ amount: "39.95" }, null],
    [{ amount: "a lot", currency: "USD" }, null],
    [{ currency: "USD" }, null],
    [{}, null],
    [undefined, null],
  ])("%j is %j", async (sent, price) => {
    expect(await verificationOf({ price: sent })).toMatchObject({ price });
  });
});

describe("a verification's turnaround time", () => {
  it.each([
    [{}, null],
    [{ lower_bound: null, upper_bound: null, best_estimate: null }, null],
    [{ lower_bound: "0" }, { lowerBound: "0", upperBound: null, bestEstimate: null }],
    [
      { upper_bound: "42", lower_bound: "23" },
      { lowerBound: "23", upperBound: "42", bestEstimate: null },
    ],
    [{ best_estimate: 48 }, { lowerBound: null, upperBound: null, bestEstimate: "48" }],
  ])("%j is %j", async (sent, turnaroundTime) => {
    expect(await verificationOf({ turnaround_time: sent })).toMatchObject({ turnaroundTime });
  });
});

describe("a verification's target company", () => {
  it("may be without a name", async () => {
    const { target } = await verificationOf({ target: { company: { name: null } } });

    expect(target!.company).toEqual({ id: null, name: null, address: null });
  });

  it.each([
    [4711, "4711"],
    ["4711", "4711"],
    [null, null],
  ])("has the id %j as %j", async (id, text) => {
    const { target } = await verificationOf({ target: { company: { id } } });

    expect(target!.company).toMatchObject({ id: text });
  });

  it("is null where none was named", async () => {
    const { target } = await verificationOf({ target: { first_name: "Jamie" } });

    expect(target).toMatchObject({ firstName: "Jamie", company: null });
  });

  it("tells what it tells of its address on one line", async () => {
    const { target } = await verificationOf({ target: { company: { address: " ", city: "Exampleton", state: "CA" } } });

    expect(target!.company).toMatchObject({ address: "Exampleton, CA" });
  });
});

describe("a verification's metadata", () => {
  it("keeps its null values", async () => {
    const { metadata } = await verificationOf({ metadata: { reference: "R-1", note: null } });

    expect(metadata).toEqual({ reference: "R-1", note: null });
  });

  it("is empty, not null, where it is empty", async () => {
    expect(await verificationOf({ metadata: {} })).toMatchObject({ metadata: {} });
  });
});

describe("a verification's documents", () => {
  it("are their names only, and pass over what has none", async () => {
    const { documents } = await verificationOf({
      documents: [{ filename: "consent.pdf", content: "c3BlY2ltZW4=" }, {}, null, { filename: "payslip.pdf" }],
    });

    expect(documents).toEqual([{ filename: "consent.pdf" }, { filename: "payslip.pdf" }]);
  });
});

describe("a verification's reports", () => {
  it.each([[undefined], [null], [[]]])("are none where they are %j", async (reports) => {
    expect(await verificationOf({ state: "completed", reports })).toMatchObject({ reports: [] });
  });

  it("pass over one without an id", async () => {
    const { reports } = await verificationOf({
      reports: [aReportRecord({ id: null }), aReportRecord({ id: "" }), {}, null, aReportRecord({ id: "RepTwo" })],
    });

    expect(reports.map(({ id }) => id)).toEqual(["RepTwo"]);
  });

  it("hold several, in the provider's order", async () => {
    const { reports } = await verificationOf({
      reports: [aReportRecord({ id: "RepB" }), aReportRecord({ id: "RepA" })],
    });

    expect(reports.map(({ id }) => id)).toEqual(["RepB", "RepA"]);
  });

  it("keep the provider's document whole, unknown sections included", async () => {
    const record = aReportRecord({ sectionOfTomorrow: [1, null, { goes: true }] });

    const { reports } = await verificationOf({ reports: [record] });

    expect(reports[0]!.document).toEqual(record);
  });

  it("tell nothing where there is only an id", async () => {
    const { reports } = await verificationOf({ reports: [aReportRecord()] });

    expect(reports).toEqual([
      {
        id: "RepSpecimen",
        createdAt: null,
        currentAsOf: null,
        employer: null,
        employee: null,
        document: { id: "RepSpecimen" },
      },
    ]);
  });
});

describe("an employer's address", () => {
  it.each([
    ["text", "1 Sample Street", "1 Sample Street"],
    ["lines", "1 Sample Street\nExampleton, CA 00000\n", "1 Sample Street, Exampleton, CA 00000"],
    [
      "the members of 2019",
      {
        line_one: "1 Sample Street",
        line_two: "Floor 2",
        city: "Exampleton",
        state: "CA",
        country: "US",
        postal_code: "00000",
      },
      "1 Sample Street, Floor 2, Exampleton, CA, 00000, US",
    ],
    [
      "the members of 2023",
      {
        address: "1 Sample Street",
        extended_address: "Floor 2",
        city: "Exampleton",
        country_code: "US",
        country_subdivision_code: "CA",
        postal_code: "00000",
      },
      "1 Sample Street, Floor 2, Exampleton, CA, 00000, US",
    ],
    ["some members", { line_one: "1 Sample Street", line_two: null, city: " " }, "1 Sample Street"],
    ["an empty object", {}, null],
    ["an empty text", "", null],
    ["null", null, null],
    ["a list", ["1 Sample Street"], null],
  ])("is read from %s", async (_what, address, line) => {
    const { reports } = await verificationOf({ reports: [aReportRecord({ employer: { name: "Specimen", address } })] });

    expect(reports[0]!.employer).toEqual({ name: "Specimen", address: line });
  });
});

describe("an employee", () => {
  it.each([
    ["termination_date", { termination_date: "2029-12-31" }, "2029-12-31"],
    ["end_of_employment", { end_of_employment: "2029-12-31" }, "2029-12-31"],
    ["nothing", {}, null],
  ])("left by %s", async (_what, told, terminationDate) => {
    expect(await employeeOf(told)).toMatchObject({ terminationDate });
  });

  it.each([
    [2029, 2029],
    ["2029", 2029],
    ["FY29", null],
    [20.5, null],
    [null, null],
  ])("earned in the year %j as %j", async (year, number) => {
    const employee = await employeeOf({ earnings: [{ year }] });

    expect(employee.earnings).toMatchObject([{ year: number }]);
  });

  it("has no positions, earnings or salary where none are told", async () => {
    expect(await employeeOf({})).toMatchObject({ positions: [], earnings: [], salary: null });
  });

  it("has amounts as they were sent, digit by digit", async () => {
    const employee = await employeeOf({
      earnings: [{ base: "50000.10", total: "12345678901234567890.01", other: "n/a" }],
      salary: { gross_pay: "150000.00" },
    });

    expect(employee.earnings[0]).toMatchObject({ base: "50000.10", total: "12345678901234567890.01", other: null });
    expect(employee.salary).toMatchObject({ grossPay: "150000.00" });
  });
});

async function verificationOf(told: object) {
  const { truework } = await providersAnswering(answerJson(aVerificationRecord(told)));
  return (await truework.findVerification(VERIFICATION_ID))!;
}

async function employeeOf(told: object) {
  const { reports } = await verificationOf({ reports: [aReportRecord({ employee: told })] });
  return reports[0]!.employee!;
}
