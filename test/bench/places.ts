import { type LedgerPlace, makePostgresLedger, makeSqliteLedger } from "../crash/ledger-place.ts";

const usualServer = "postgres://postgres@127.0.0.1:5432/postgres";

/** New ledgers to measure, one of each kind that can be had here. A PostgreSQL that is asked for outright must answer. */
export async function makePlaces(): Promise<LedgerPlace[]> {
  const sqlite = await makeSqliteLedger();
  const asked = process.env.TEST_DATABASE_URL;
  try {
    return [sqlite, await makePostgresLedger(asked ?? usualServer)];
  } catch (error) {
    if (asked) throw error;
    return [sqlite];
  }
}
