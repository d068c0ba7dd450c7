import { inputError } from "../lib/app-error.ts";

const levels = ["debug", "info", "warn", "error", "silent"];

/**
 * The level that `KUBEMEND_LOG_LEVEL` names, for commands that read no settings; empty counts as not set, as everywhere.
 * @throws AppError (exit code 2) that names the levels there are
 */
export function logLevel(text: string | undefined, otherwise: string): string {
  const level = text?.trim() || otherwise;
  if (levels.includes(level)) return level;
  throw inputError(
    "log-level-invalid",
    `KUBEMEND_LOG_LEVEL must be ${levels.slice(0, -1).join(", ")} or ${levels.at(-1)}, not ${JSON.stringify(level)}.`,
    "Set one of these, or unset it.",
  );
}
