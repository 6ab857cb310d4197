import { postgresServer } from "./ledger-databases.ts";

/** Says once, before any test, what of the ledger's tests is left out. */
export function setup(): void {
  if (postgresServer) return;
  process.stderr.write(
    "\n*** TEST_DATABASE_URL is not set: the ledger is tested on SQLite only, PostgreSQL IS LEFT OUT. ***\n\n",
  );
}
