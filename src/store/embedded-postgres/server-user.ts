import { readFile } from "node:fs/promises";
import { inputError } from "../../lib/app-error.ts";

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user to run PostgreSQL as: ourselves, unless we are root, which PostgreSQL refuses. Then `postgres` where the
 * system has it, else `nobody`, which every system has; no user is created.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const rows = (await readFile("/etc/passwd", "utf8")).split("\n").map((row) => row.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const row = rows.find(([user]) => user === name);
    if (row) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw inputError(
    "postgres-user",
    "PostgreSQL does not run as root, and there is neither a user postgres nor nobody.",
    "Run kubemend as an ordinary user, or set DATABASE_URL.",
  );
}
