import { AppError, inputError } from "../lib/app-error.ts";

/** What the operating system says no with, in words, and what helps. */
const refusals: Readonly<Record<string, { readonly why: string; readonly remedy: string }>> = {
  ENOSPC: { why: "the disk is full", remedy: "Free some space, or write elsewhere." },
  EDQUOT: { why: "the disk quota is used up", remedy: "Free some space, or write elsewhere." },
  EACCES: { why: "permission denied", remedy: "Run as a user who may, or give another path." },
  EPERM: { why: "not permitted", remedy: "Run as a user who may, or give another path." },
  EROFS: { why: "the file system is read-only", remedy: "Give a path that can be written." },
  ENOENT: { why: "no such file or folder", remedy: "Give the right path." },
  ENOTDIR: { why: "a part of the path is a file", remedy: "Give the right path." },
  EISDIR: { why: "it is a folder", remedy: "Give the path of a file." },
  EEXIST: { why: "there is a file of that name", remedy: "Give another path." },
  ENAMETOOLONG: { why: "the path is too long", remedy: "Give a shorter path." },
  EMFILE: { why: "too many files are open", remedy: "Raise the limit (ulimit -n 4096) and try again." },
  ENFILE: {
    why: "too many files are open on this machine",
    remedy: "Raise the limit (sysctl fs.file-max) and try again.",
  },
};

const deeds: Readonly<Record<string, string>> = {
  open: "open",
  read: "read",
  write: "write",
  mkdir: "make",
  stat: "read",
};

/**
 * A file or folder that the operating system refuses is the operator's to repair, wherever in the program it shows.
 * @returns undefined for every other error
 */
export function asSystemError(error: unknown): AppError | undefined {
  if (!(error instanceof Error) || error instanceof AppError) return undefined;
  const { code = "", syscall = "", path } = error as NodeJS.ErrnoException;
  const refusal = refusals[code];
  if (!refusal || syscall === "") return undefined;
  const deed = deeds[syscall] ?? `use (${syscall})`;
  return inputError("file-refused", `Cannot ${deed} ${path ?? "the output"}: ${refusal.why}.`, refusal.remedy, error);
}
