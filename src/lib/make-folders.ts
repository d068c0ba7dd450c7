import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorCode } from "./error-code.ts";

/**
 * Makes a folder and those above it that are missing; one that is there is fine. Node's own recursive mkdir never returns where
 * a folder that is there lets nothing be made in it and says so with ENOENT, as below /proc, and names the wrong reason on a
 * file system that is read-only.
 * @throws what the operating system says no with
 */
export async function makeFolders(folder: string, mode?: number): Promise<void> {
  const path = resolve(folder);
  try {
    await mkdir(path, mode);
  } catch (error) {
    const code = errorCode(error);
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path || (await stat(parent).catch(() => undefined))) throw error;
    await makeFolders(parent, mode);
    await mkdir(path, mode);
  }
}
