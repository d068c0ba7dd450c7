import { readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { messageOf } from "../../src/lib/app-error.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { startEmbeddedPostgres } from "../../src/store/embedded-postgres/start.ts";
import { migrate } from "../../src/store/migrate.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

/** On a machine with much else to do a server that has just been started may be slow to take the first connection. */
async function answering({ pool }: Database, tries = 10): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

const prefix = "kubemend-test-postgres-";
const memory = "/dev/shm";
const roomBytes = 2 * 1024 ** 3;

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** In memory where there is room: a run makes and drops a thousand databases. The promised numbers fill more than that. */
async function parent(): Promise<string> {
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  if (process.env["KUBEMEND_PROMISES"] === "full" || bavail * bsize < roomBytes) return tmpdir();
  // What killed runs have left would stay in memory. Their servers end by themselves when their files are gone.
  for (const name of await readdir(memory))
    if (name.startsWith(prefix) && !runs(Number(name.slice(prefix.length))))
      await rm(join(memory, name), { recursive: true, force: true });
  return memory;
}

/**
 * Lets the kernel copy the files of a new database where it can (`file_copy_method` of PostgreSQL 18): that takes a fifth of the
 * time, a thousand times. Elsewhere the server copies them by itself, as before.
 */
async function letTheKernelCopy({ pool }: Database): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("set file_copy_method = clone");
    await client.query("create database kubemend_probe template kubemend_template strategy file_copy");
    await client.query("drop database kubemend_probe");
    await client.query("alter system set file_copy_method = clone");
    await client.query("select pg_reload_conf()");
  } catch (error) {
    console.log(`Databases are copied the slow way: ${messageOf(error, 160)}`);
  } finally {
    client.release(true);
  }
}

/** One real PostgreSQL for the whole test run, with a migrated database that tests copy. */
export default async function setup(project: TestProject) {
  const folder = join(await parent(), `${prefix}${process.pid}`);
  const server = await startEmbeddedPostgres(folder, { maxConnections: 250 });
  const admin = openDatabase(server.url);
  await answering(admin);
  // Nothing has to outlive the machine: what is written reaches the disk when it likes. Killed processes lose nothing by it.
  for (const setting of ["fsync", "full_page_writes"]) await admin.pool.query(`alter system set ${setting} = off`);
  await admin.pool.query("alter system set max_wal_size = '128MB'");
  // A database is dropped only when every connection has taken notice, and one that was given up while it was being made
  // takes none until it is cut: by default after a minute. Nobody who means it waits longer than the pool's five seconds.
  await admin.pool.query("alter system set authentication_timeout = '6s'");
  await admin.pool.query("select pg_reload_conf()");
  await admin.pool.query("create database kubemend_template");
  const template = openDatabase(server.url.replace(/\/postgres$/, "/kubemend_template"));
  await migrate(template);
  await template.close();
  await letTheKernelCopy(admin);
  await admin.close();
  project.provide("postgresUrl", server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
