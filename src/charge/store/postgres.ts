import { type Dialect, PostgresDialect, type PostgresPoolClient, type PostgresQueryResult } from "kysely";
import pg from "pg";

const connectTimeoutMs = 3_000;
const statementTimeoutMs = 10_000;
const boundedStatements = {
  statement_timeout: statementTimeoutMs,
  query_timeout: statementTimeoutMs,
  // A process that is stopped in the middle of a claim must not hold its caller's row, and with it the caller, for good.
  idle_in_transaction_session_timeout: statementTimeoutMs,
};

export interface PostgresOptions {
  onIdleError: (error: Error) => void;
  /** No bound on a statement: a migration of a large table, and the wait for another instance's, take what they take. */
  patient?: boolean;
}

/** Opens a PostgreSQL ledger. It connects at the first query. */
export function openPostgres(url: string, { onIdleError, patient = false }: PostgresOptions): Dialect {
  const pool = new pg.Pool({
    connectionString: committingToDisk(url),
    max: patient ? 2 : 10,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(!patient && boundedStatements),
    application_name: "diligence",
    types: { getTypeParser: parserOf },
  });
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on("error", onIdleError);
  return new PostgresDialect({
    pool: {
      connect: async () => watchCommits(outliveBreaks(await pool.connect())),
      end: () => pool.end(),
      options: pool.options,
    },
  });
}

// A claim is only a claim once it is on disk; a server may default to less. It goes into the URL, whose own options would
// otherwise take the place of ours; of two settings the later counts.
function committingToDisk(url: string): string {
  const address = new URL(url);
  const options = [address.searchParams.get("options"), "-c synchronous_commit=on"];
  address.searchParams.set("options", options.filter(Boolean).join(" "));
  return address.href;
}

/**
 * A commit that comes with a warning may not have reached the standby it was to wait for, and one that answers ROLLBACK
 * was none: both count as failed, so that nothing is paid for on their word.
 */
function watchCommits(client: pg.PoolClient): PostgresPoolClient {
  const query = async <Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> => {
    let warned = false;
    const collect = ({ severity }: { severity?: string | undefined }) => {
      warned ||= severity === "WARNING";
    };
    client.on("notice", collect);
    try {
      const result = await client.query(sql, [...parameters]);
      if (sql === "commit" && (warned || result.command !== "COMMIT")) {
        throw new Error(`Expected COMMIT without a warning, got ${warned ? "a warning" : result.command}`);
      }
      return result as unknown as PostgresQueryResult<Row>;
    } finally {
      client.off("notice", collect);
    }
  };
  return { query: query as PostgresPoolClient["query"], release: (error) => client.release(error) };
}

/**
 * A connection that breaks between two statements says so as an event, which would end the process: the pool listens to
 * idle ones only. The next statement fails all the same, and the pool does not take it back.
 */
function outliveBreaks(client: pg.PoolClient): pg.PoolClient {
  const heard = () => {};
  client.on("error", heard);
  const release = client.release.bind(client);
  client.release = (error) => {
    client.off("error", heard);
    release(error);
  };
  return client;
}

const int8 = 20;

// Times and counts are far below 2^53, so they may be numbers; pg would hand them over as text.
function parserOf(oid: number, format?: "text" | "binary") {
  return oid === int8 ? Number : pg.types.getTypeParser(oid, format as "text");
}
