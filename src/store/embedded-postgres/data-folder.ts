import { chown, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AppError } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import { makeFolders } from "../../lib/make-folders.ts";
import { digestOf } from "../../lib/stable-hash.ts";
import { refusalWords, whyRefused } from "../../lib/why-refused.ts";
import { reachableByOthers } from "./binaries.ts";
import type { ServerUser } from "./server-user.ts";

const remedy = "Name another with the setting data (KUBEMEND_DATA), or set DATABASE_URL.";

const unusable = (folder: string, cause: unknown) =>
  new AppError("postgres-folder", `The data folder ${folder} cannot be used: ${whyRefused(cause)}.`, {
    remedy: errorCode(cause) === "ENOSPC" ? `Free 100 MB there. ${remedy}` : remedy,
    exitCode: 2,
    cause,
  });

/** A folder that is refused while a server is set up in it, in words; every other error as it is. */
export function tellRefusedFolder(folder: string, error: unknown): unknown {
  return error instanceof AppError || refusalWords[errorCode(error) ?? ""] === undefined
    ? error
    : unusable(folder, error);
}

/**
 * Makes the folder that the server keeps its files in. As root, one that the server's own user cannot reach is replaced by one in
 * the temporary folder.
 * @throws AppError with a remedy
 */
export async function makeDataFolder(wanted: string, user: ServerUser | undefined): Promise<string> {
  const asked = resolve(wanted);
  await refuseFile(asked);
  const isOurs = !user || (await reachableByOthers(join(asked, "data")));
  const folder = isOurs ? asked : join(tmpdir(), `kubemend-data-${digestOf(asked).slice(0, 12)}`);
  try {
    await makeFolders(folder, user ? 0o755 : 0o700);
    if (user) await chown(folder, user.uid, user.gid);
  } catch (cause) {
    throw unusable(folder, cause);
  }
  return folder;
}

/** A file in the place of the folder, or above it, is a mistake; nobody means the temporary folder by it. */
async function refuseFile(asked: string): Promise<void> {
  try {
    if ((await stat(asked)).isDirectory()) return;
  } catch (cause) {
    if (errorCode(cause) === "ENOTDIR") throw unusable(asked, cause);
    // Not there yet, or not ours to see: told when it is made.
    return;
  }
  throw unusable(asked, Object.assign(new Error("it is a file"), { code: "EEXIST" }));
}
