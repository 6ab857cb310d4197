import { describedEnum } from "./described-enum.ts";

/** The companies whose paid data this graph serves. */
export const DataProvider = describedEnum("DataProvider", "A company whose paid data this graph serves.", {
  CREDAS: "Company reports.",
  TRUEWORK: "Employment and income verifications.",
  YOUVERIFY: "UK business credit reports.",
});
export type DataProvider = keyof typeof DataProvider;
