import { z } from "zod";
import { listOf, section, text, withDocument } from "../http/lenient.ts";

// Credas publishes three fragments of the report and nothing of the record around it. So the id is all that must be
// there; every other field may be missing, null or of another kind, and is then as good as not told.

const address = z
  .union([
    z.string(),
    z.object({ simpleValue: text, street: text, houseNo: text, city: text, postCode: text, country: text }),
  ])
  .nullish()
  .catch(null);

const officer = z.object({ id: text, name: text, nationality: text, address });

const officers = listOf(officer);

/** Both `"Active"` and `{"status": "Active"}` are met. */
const status = z
  .union([z.string(), z.object({ status: text, description: text }).transform((it) => it.status ?? it.description)])
  .nullish()
  .catch(null);

const identity = { businessName: text, companyRegistrationNumber: text, companyNumber: text, companyStatus: status };

const fullReport = withDocument({
  companySummary: section(identity),
  companyIdentification: section({ basicInformation: section({ ...identity, registeredCompanyName: text }) }),
  directors: section({ currentDirectors: officers }),
  shareCapitalStructure: section({ shareHolders: officers }),
  additionalInformation: section({ personsWithSignificantControl: section({ activePSC: officers }) }),
})
  .nullish()
  .catch(null);

/** A company record. `id` and `companyId` are two names for one integer. */
export const companyResponse = z.object({
  id: text,
  companyId: text,
  companyName: text,
  name: text,
  companyNumber: text,
  registrationNumber: text,
  companyStatus: status,
  status,
  fullReport,
});

export type CompanyResponse = z.infer<typeof companyResponse>;
export type OfficerResponse = z.infer<typeof officer>;
