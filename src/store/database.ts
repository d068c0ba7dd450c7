import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { AppError, messageOf } from "../lib/app-error.ts";
import { errorCode } from "../lib/error-code.ts";
import { type Logger, silentLogger } from "../lib/logger.ts";
import type { Tables } from "./tables.ts";

/** One pool, as it is and under a query builder; after `close` both refuse. */
export interface Database extends AsyncDisposable {
  readonly kysely: Kysely<Tables>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly log?: Logger;
  readonly maxConnections?: number;
  /** A statement that runs longer is cancelled by the server (ms). */
  readonly statementTimeoutMs?: number;
  /** A query whose answer does not come within this time fails, and its connection is cut (ms). Default 20 s. */
  readonly queryTimeoutMs?: number;
  /** A connection that does not come about within this time has failed (ms). Default 5 s. */
  readonly connectTimeoutMs?: number;
}

/** The address without its password, for messages. */
export function describeDatabaseUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port || "5432"}${pathname}`;
  } catch {
    // Not a URL at all: the caller's message says so; nothing of it may be shown, it could hold the password.
    return "(not a postgres:// address)";
  }
}

const queryTimeoutMs = 20_000;

/**
 * The server's own limit on statements does not help when its answer is lost on the way: a network that has gone silent
 * would keep a query waiting for hours. After its deadline the connection is cut, because the answer may still come and
 * would be taken for that of the next query.
 */
class ImpatientClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    const impatient = (...args: unknown[]) => {
      const answer = query(...args);
      if (answer instanceof Promise)
        answer.catch((error: unknown) => {
          if (messageOf(error) === "Query read timeout") this.connection.stream.destroy();
        });
      return answer;
    };
    Object.defineProperty(this, "query", { value: impatient });
  }
}

/** Opens a pool; connects lazily. An idle connection that dies is logged and replaced, never fatal. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const log = options.log ?? silentLogger;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    query_timeout: options.queryTimeoutMs ?? queryTimeoutMs,
    keepAlive: true,
    Client: ImpatientClient,
    application_name: "kubemend",
  });
  // Without this listener a killed idle connection would end the process.
  pool.on("error", (error) => log.warn({ error: messageOf(error) }, "database.idle-connection-lost"));
  // The pool listens while a connection is idle; between two queries of one transaction nobody would.
  pool.on("connect", (client) =>
    client.on("error", (error) => log.debug({ error: messageOf(error) }, "database.connection-lost")),
  );
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const close = async () => {
    // Kysely ends the pool it was given, but only when it has been used.
    await kysely.destroy();
    if (!pool.ending) await pool.end();
  };
  return { kysely, pool, close, [Symbol.asyncDispose]: close };
}

/** Asks the database one question. @throws AppError that says what is wrong and what to do. */
export async function checkDatabase(database: Database, url: string): Promise<{ version: string; readOnly: boolean }> {
  try {
    const { rows } = await database.pool.query<{ version: string; read_only: string }>(
      "select current_setting('server_version') as version, current_setting('transaction_read_only') as read_only",
    );
    return { version: rows[0]?.version ?? "unknown", readOnly: rows[0]?.read_only === "on" };
  } catch (cause) {
    const { what, remedy } = whyNot(cause);
    throw new AppError(
      "database-unreachable",
      `PostgreSQL at ${describeDatabaseUrl(url)} ${what}: ${messageOf(cause)}.`,
      { remedy, exitCode: 2, retryable: true, cause },
    );
  }
}

const oldestServer = 14;

/** Refuses a server that lacks what the tables are made with. @throws AppError */
export function refuseOldServer(version: string, url: string): void {
  if (!(Number.parseInt(version, 10) < oldestServer)) return;
  throw new AppError("database-too-old", `PostgreSQL at ${describeDatabaseUrl(url)} is version ${version}.`, {
    remedy: `kubemend needs PostgreSQL ${oldestServer} or later; without DATABASE_URL it starts its own.`,
    exitCode: 2,
  });
}

/** By the classes of PostgreSQL's own codes, and by what its driver says of TLS. */
function whyNot(cause: unknown): { readonly what: string; readonly remedy: string } {
  const code = errorCode(cause) ?? "";
  if (code === "28000" && messageOf(cause).includes("no encryption"))
    return {
      what: "refuses the connection",
      remedy:
        "It takes this user over TLS only, or not at all: end DATABASE_URL with ?sslmode=verify-full (and &sslrootcert=<file> for a CA of your own), or add the user to pg_hba.conf.",
    };
  if (code.startsWith("28"))
    return {
      what: "refuses the user",
      remedy: "Check the user and the password in DATABASE_URL; in a password # is written %23, / %2F, ? %3F, @ %40.",
    };
  if (/password must be a string/i.test(messageOf(cause)))
    return {
      what: "wants a password",
      remedy: "Write it into DATABASE_URL: postgres://user:password@host:5432/database.",
    };
  if (code === "3D000")
    return {
      what: "answers",
      remedy: "Make the database (createdb), or name another in DATABASE_URL; tables come by themselves.",
    };
  if (code.startsWith("53"))
    return {
      what: "has no room",
      remedy: "Raise max_connections or free disk space on the server; kubemend needs 15 connections a process.",
    };
  if (/SSL|certificate|self-signed/i.test(messageOf(cause)))
    return {
      what: "does not agree on TLS",
      remedy:
        "Add ?sslmode=verify-full&sslrootcert=<file> for a CA of your own, or ?sslmode=disable where the server has no TLS.",
    };
  return {
    what: "does not answer",
    remedy:
      "Check DATABASE_URL, and that the server runs and can be reached; without DATABASE_URL kubemend starts its own.",
  };
}
