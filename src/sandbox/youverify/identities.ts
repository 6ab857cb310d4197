/** Credit reports that are there from the start, requested a day before it. */
export const SEEDED_REPORTS: readonly { id: string; companyNumber: string }[] = [
  { id: "5a0db0510000000000000a01", companyNumber: "99000010" },
  { id: "5a0db0510000000000000a02", companyNumber: "ZZ000011" },
  { id: "5a0db0510000000000000a03", companyNumber: "00000001" },
  { id: "5a0db0510000000000000a04", companyNumber: "T12345678" },
  { id: "5a0db0510000000000000a05", companyNumber: "P0000002" },
];

/** An identity of another kind behind the same endpoint: nothing that a client of credit reports may show. */
export const DRIVERS_LICENCE = {
  id: "5a0db0510000000000000b01",
  parentId: null,
  status: "found",
  reason: null,
  firstName: "Private",
  lastName: "Example",
  dateOfBirth: "1990-01-01",
  licenceNumber: "EXAMPLE-000000",
  isConsent: true,
  idNumber: "EXAMPLE-000000",
  type: "drivers_license",
  country: "NG",
  requestedAt: "2024-01-01T00:00:00.000Z",
  createdAt: "2024-01-01T00:00:00.000Z",
  lastModifiedAt: "2024-01-01T00:00:00.000Z",
  metadata: {},
};
