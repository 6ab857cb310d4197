import { postgresServer } from "./ledger-databases.ts";
import { redisServer } from "./redis-server.ts";

/** Says once, before any test, what is left out for want of a server. */
export function setup(): void {
  if (!postgresServer) {
    say("TEST_DATABASE_URL is not set: the ledger is tested on SQLite only, PostgreSQL IS LEFT OUT.");
  }
  if (!redisServer) say("TEST_REDIS_URL is not set: WHAT SEVERAL INSTANCES SHARE THROUGH REDIS IS LEFT OUT.");
}

function say(what: string): void {
  process.stderr.write(`\n*** ${what} ***\n\n`);
}
