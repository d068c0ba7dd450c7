import { messageOf } from "./app-error.ts";
import { errorCode } from "./error-code.ts";

/** What the operating system says no with, in words. */
export const refusalWords: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is a file",
  EISDIR: "it is a folder",
  ENOTEMPTY: "the folder is not empty",
  EEXIST: "there is a file of that name",
  ENAMETOOLONG: "the path is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open on this machine",
};

/** Why a file was refused: in words where the operating system said so, else the first line of what was said. */
export function whyRefused(error: unknown, limit = 160): string {
  return refusalWords[errorCode(error) ?? ""] ?? messageOf(error, limit).split("\n")[0] ?? "";
}
