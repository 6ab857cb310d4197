import { uncached } from "../../src/cache/entity-source.ts";
import type { CredasClient } from "../../src/company/credas.client.ts";
import type { YouverifyClient } from "../../src/credit-report/youverify.client.ts";
import type { TrueworkClient } from "../../src/verification/truework.client.ts";

// What loaders read from, with no copy in between.

export const companiesOf = (credas: Pick<CredasClient, "findCompany">) => uncached((id) => credas.findCompany(id));

export const verificationsOf = (truework: Pick<TrueworkClient, "findVerification">) =>
  uncached((id) => truework.findVerification(id));

export const creditReportsOf = (youverify: Pick<YouverifyClient, "findReport">) =>
  uncached((id) => youverify.findReport(id));
