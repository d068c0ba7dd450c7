import { inputError } from "../lib/app-error.ts";

export interface NumberBounds {
  /** The command, for where its help is to be found. */
  readonly command: string;
  readonly min: number;
  readonly max: number;
  /** No fractions. */
  readonly whole?: true;
}

/** The number that an option of the command line gives. @throws AppError (exit code 2) that names the option and its bounds */
export function numberOption(name: string, text: string, { command, min, max, whole }: NumberBounds): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw inputError(
    "option-invalid",
    `--${name} must be a ${whole ? "whole " : ""}number from ${min} to ${max}, not ${JSON.stringify(text)}.`,
    `See kubemend ${command} --help.`,
  );
}
