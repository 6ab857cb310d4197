import { onOneLine } from "../graphql/values.ts";
import type { Company, CompanyDirector, CompanyReport } from "./company.type.ts";
import type { CompanyResponse, OfficerResponse } from "./credas.responses.ts";

type Report = NonNullable<CompanyResponse["fullReport"]>;

/** Renames a Credas record. `fetchedAt` is RFC 3339 in UTC. */
export function toCompany(id: string, record: CompanyResponse, fetchedAt: string): Company {
  const summary = record.fullReport?.companySummary;
  const basics = record.fullReport?.companyIdentification?.basicInformation;
  return {
    id,
    name: firstTold(
      record.companyName,
      record.name,
      summary?.businessName,
      basics?.businessName,
      basics?.registeredCompanyName,
    ),
    // In a report `companyNumber` may be the bureau's own number, so the registration number goes first there.
    registrationNumber: firstTold(
      record.companyNumber,
      record.registrationNumber,
      summary?.companyRegistrationNumber,
      summary?.companyNumber,
      basics?.companyRegistrationNumber,
      basics?.companyNumber,
    ),
    status: firstTold(record.companyStatus, record.status, summary?.companyStatus, basics?.companyStatus),
    report: record.fullReport ? toReport(record.fullReport, fetchedAt) : null,
  };
}

function toReport(report: Report, fetchedAt: string): CompanyReport {
  return {
    fetchedAt,
    directors: report.directors?.currentDirectors.map(toDirector) ?? [],
    shareholders: report.shareCapitalStructure?.shareHolders.map(toNamed) ?? [],
    personsWithSignificantControl:
      report.additionalInformation?.personsWithSignificantControl?.activePSC.map(toNamed) ?? [],
    document: report.document,
  };
}

function toDirector(officer: OfficerResponse): CompanyDirector {
  return { ...toNamed(officer), nationality: officer.nationality ?? null, address: toAddressLine(officer.address) };
}

function toAddressLine(address: OfficerResponse["address"]): string | null {
  if (typeof address !== "object" || address === null) return onOneLine(address?.split("\n") ?? []);
  const { simpleValue, street, houseNo, city, postCode, country } = address;
  return onOneLine(simpleValue?.split("\n") ?? []) ?? onOneLine([houseNo, street, city, postCode, country]);
}

function toNamed({ id, name }: OfficerResponse) {
  return { id: id ?? null, name: name ?? null };
}

function firstTold(...candidates: (string | null | undefined)[]): string | null {
  return candidates.find((candidate) => candidate?.trim()) ?? null;
}
