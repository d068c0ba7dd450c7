import { open, readFile, rm, stat } from "node:fs/promises";
import { AppError } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";

const tries = 300;
const everyMs = 100;
/** Between a lock's being made and its being written lie microseconds; who has not written by now was ended in between. */
const writtenWithinMs = 2_000;

/** Of this process: in a container every process has the number that its predecessor had. */
const heldHere = new Set<string>();

/** Also of a process that is somebody else's. A number that was given to another process since counts as alive. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

async function make(lock: string): Promise<void> {
  const handle = await open(lock, "wx");
  try {
    await handle.writeFile(String(process.pid));
  } catch (error) {
    // Left empty on a full disk it would hold up everybody else.
    await rm(lock, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  heldHere.add(lock);
}

const holderOf = async (lock: string) => Number((await readFile(lock, "utf8").catch(() => "")).trim());

async function isAbandoned(lock: string, holder: number): Promise<boolean> {
  if (holder > 0) return holder === process.pid ? !heldHere.has(lock) : !alive(holder);
  const found = await stat(lock).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > writtenWithinMs;
}

/**
 * Holds `lock` while `work` runs, so that two processes do not set up or start the same folder at once. A lock whose holder is
 * gone counts no more.
 * @throws AppError when another holds it for 30 s
 */
export async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      await make(lock);
      break;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
      const holder = await holderOf(lock);
      if (await isAbandoned(lock, holder)) await rm(lock, { force: true });
      else if (attempt > tries)
        throw new AppError("postgres-lock", `Another process (${holder}) has been starting PostgreSQL for 30 s.`, {
          remedy: `Remove ${lock} if it is gone.`,
          exitCode: 2,
        });
      else await new Promise((wake) => setTimeout(wake, everyMs));
    }
  }
  try {
    return await work();
  } finally {
    heldHere.delete(lock);
    await rm(lock, { force: true });
  }
}
