import { AppError, inputError } from "../lib/app-error.ts";
import { refusalWords } from "../lib/why-refused.ts";
import { isConnectionLost } from "../store/connection-lost.ts";

/** What helps when the operating system says no. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "Free some space, or write elsewhere.",
  EDQUOT: "Free some space, or write elsewhere.",
  EACCES: "Run as a user who may, or give another path.",
  EPERM: "Run as a user who may, or give another path.",
  EROFS: "Give a path that can be written.",
  ENOENT: "Give the right path.",
  ENOTDIR: "Give the right path.",
  EISDIR: "Give the path of a file.",
  EEXIST: "Give another path.",
  ENAMETOOLONG: "Give a shorter path.",
  EMFILE: "Raise the limit (ulimit -n 4096) and try again.",
  ENFILE: "Raise the limit (sysctl fs.file-max) and try again.",
};

const deeds: Readonly<Record<string, string>> = {
  open: "open",
  read: "read",
  write: "write",
  mkdir: "make",
  stat: "read",
};

const databaseRemedy =
  "Look whether PostgreSQL runs and this machine has time for it, and try again; kubemend doctor says more.";

/**
 * A file or folder that the operating system refuses is the operator's to repair, wherever in the program it shows; so is a database
 * that does not answer in time.
 * @returns undefined for every other error
 */
export function asSystemError(error: unknown): AppError | undefined {
  if (!(error instanceof Error) || error instanceof AppError) return undefined;
  const { code = "", syscall = "", path } = error as NodeJS.ErrnoException;
  // Errors of sockets name their system call; those of the database's driver do not.
  if (syscall === "" && isConnectionLost(error))
    return inputError("database-away", `The database did not answer: ${error.message}.`, databaseRemedy, error);
  const [why, remedy] = [refusalWords[code], remedies[code]];
  if (why === undefined || remedy === undefined || syscall === "") return undefined;
  const deed = deeds[syscall] ?? `use (${syscall})`;
  return inputError("file-refused", `Cannot ${deed} ${path ?? "the output"}: ${why}.`, remedy, error);
}
