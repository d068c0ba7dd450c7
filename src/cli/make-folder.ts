import { access, constants } from "node:fs/promises";
import { inputError } from "../lib/app-error.ts";
import { makeFolders } from "../lib/make-folders.ts";
import { whyRefused } from "../lib/why-refused.ts";

/** Makes a folder for what a command will write at its end. @throws AppError (exit code 2) when nothing could be written there */
export async function makeFolder(folder: string, option: string): Promise<void> {
  try {
    await makeFolders(folder);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw inputError(
      "folder-refused",
      `The folder ${folder} cannot be written to: ${whyRefused(cause)}.`,
      `Give a folder that can be made and written to with ${option}.`,
      cause,
    );
  }
}
