import { randomBytes } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import { AppError } from "../lib/app-error.ts";
import type { Database } from "./database.ts";

/** The right to do something alone, until it runs out. */
export interface Lease {
  readonly name: string;
  /** Grows with every change of hands; a write that carries an older one is refused. */
  readonly token: string;
  /**
   * Whether it certainly still holds, by this process's own steady clock: asked before each effect outside the database. A
   * process that was stopped and goes on hears no.
   */
  held(): boolean;
}

/** An identity for one holder: two pieces of work of one process are two. */
export function newHolder(): string {
  return randomBytes(12).toString("hex");
}

interface LeaseRequest {
  readonly name: string;
  readonly holder: string;
  readonly leaseMs: number;
}

/** One statement decides who holds it. `keepsToken`: when a lease that is taken again still counts as the same one. */
async function lease(
  database: Database,
  { name, holder, leaseMs }: LeaseRequest,
  keepsToken: RawBuilder<unknown>,
): Promise<Lease | undefined> {
  // Before the question: the lease runs from when the database answers it, which is later.
  const askedAt = performance.now();
  const { rows } = await sql<{ token: string }>`
    insert into lease (name, holder, token, until)
    values (${name}, ${holder}, nextval('lease_token'), clock_timestamp() + ${leaseMs} * interval '1 millisecond')
    on conflict (name) do update set
      token = case when ${keepsToken} then lease.token else excluded.token end,
      holder = excluded.holder, until = excluded.until
      where lease.until <= clock_timestamp() or lease.holder = excluded.holder
    returning token::text`.execute(database.kysely);
  const token = rows[0]?.token;
  return token === undefined ? undefined : { name, token, held: () => performance.now() < askedAt + leaseMs };
}

/**
 * Takes what is free, has run out, or is held by the same holder already. An advisory lock would not do: it lasts as long
 * as the connection, and a connection through a dead network lasts for hours.
 * @returns undefined when somebody else holds it
 */
export async function takeLease(database: Database, request: LeaseRequest): Promise<Lease | undefined> {
  return await lease(database, request, sql`lease.holder = excluded.holder and lease.until > clock_timestamp()`);
}

/** Gives it back, so that nobody has to wait until it runs out. */
export async function releaseLease(database: Database, lease: Pick<Lease, "name" | "token">): Promise<void> {
  await sql`delete from lease where name = ${lease.name} and token = ${lease.token}::bigint`.execute(database.kysely);
}

/**
 * Like `takeLease`, for what is held for as long as the process lives. A holder whose lease ran out meanwhile, for example
 * because the database was away, keeps its token when nobody else has had it: then it has missed nothing.
 */
export async function keepLease(database: Database, request: LeaseRequest): Promise<Lease | undefined> {
  return await lease(database, request, sql`lease.holder = excluded.holder`);
}

/** For the `where` of a statement that only the holder may run. True without a lease: then nobody asks for one. */
export function whileHeld(lease: Pick<Lease, "name" | "token"> | undefined) {
  if (!lease) return sql<boolean>`true`;
  return sql<boolean>`exists (select from lease where name = ${lease.name} and token = ${lease.token}::bigint and until > clock_timestamp())`;
}

/** Whether it is this holder's now, by the database's clock. */
export async function isHeld(database: Database, lease: Pick<Lease, "name" | "token">): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`select ${whileHeld(lease)} as held`.execute(database.kysely);
  return rows[0]?.held === true;
}

/** Retryable: it is tried again by whoever holds it now, or by this process as a new holder. */
export function takenOver(what: string): AppError {
  return new AppError("taken-over", `Another process has taken over ${what} meanwhile.`, { retryable: true });
}

/** It ran out before it was renewed: the database was away, or this process stood still. That alone says of nobody else. */
export function ranOut(what: string): AppError {
  return new AppError(
    "lease-ran-out",
    `The lease for ${what} ran out before it was renewed (the database was away, or this process stood still); it is tried again.`,
    { retryable: true },
  );
}

/** Why a write under this lease was refused. Its token changes with every change of hands: under the same one nobody else has had it. */
export async function refusedWrite(
  database: Pick<Database, "kysely">,
  lease: Pick<Lease, "name" | "token"> | undefined,
  what: string,
): Promise<AppError> {
  const { rows } = await sql<{ token: string }>`
    select token::text from lease where name = ${lease?.name ?? null}`.execute(database.kysely);
  const [row] = rows;
  return row && row.token !== lease?.token ? takenOver(what) : ranOut(what);
}

/**
 * Runs `work` while no other process does the same; undefined when another one is at it. The lease is renewed while it
 * runs; when that fails (the database is out of reach, this process was stopped for a while) `held()` says no and fenced
 * statements do nothing.
 */
export async function whileAlone<T>(
  database: Database,
  name: string,
  work: (lease: Lease) => Promise<T>,
  leaseMs = 20_000,
): Promise<T | undefined> {
  const holder = newHolder();
  const first = await takeLease(database, { name, holder, leaseMs });
  if (!first) return undefined;
  let current = first;
  const lease: Lease = { name, token: first.token, held: () => current.held() };
  let renewing: Promise<void> = Promise.resolve();
  const renew = async () => {
    if (!current.held()) return;
    // It may run out on the way there. When nobody else has had it since, it is still this one: under another token its own
    // statements would be refused as somebody else's.
    const renewed = await keepLease(database, { name, holder, leaseMs });
    if (renewed?.token === first.token) current = renewed;
  };
  const timer = setInterval(() => {
    // What cannot be renewed runs out; whoever asks `held()` hears of it.
    renewing = renew().catch(() => undefined);
  }, leaseMs / 4);
  try {
    return await work(lease);
  } finally {
    clearInterval(timer);
    await renewing;
    // When the database cannot be reached the lease runs out by itself.
    await releaseLease(database, first).catch(() => undefined);
  }
}
