export interface AppErrorOptions {
  /** What the operator should do next, as a sentence. */
  readonly remedy?: string;
  /** True when trying the same thing again later may work. */
  readonly retryable?: boolean;
  /** Process exit code when nothing catches it; 2 means "your input or setup", 1 means "ours". */
  readonly exitCode?: number;
  readonly cause?: unknown;
}

/**
 * An error written for the person who has to act on it: what happened (`message`), what to do (`remedy`),
 * and a stable `code` that can be counted and tested.
 */
export class AppError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly retryable: boolean;
  readonly exitCode: number;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.remedy = options.remedy;
    this.retryable = options.retryable ?? false;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A fault of the input or the setup: one clear sentence, one remedy, exit code 2. */
export function inputError(code: string, message: string, remedy: string, cause?: unknown): AppError {
  return new AppError(code, message, { remedy, exitCode: 2, ...(cause === undefined ? {} : { cause }) });
}

/** Some libraries hand on copies of errors, and several in one that says nothing itself (`AggregateError`). */
function textOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  if ("message" in error && typeof error.message === "string" && error.message !== "") return error.message;
  const [first] = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  if (first !== undefined && first !== error) return messageOf(first);
  return error instanceof Error ? error.name : String(error);
}

/** The message of anything that was thrown, bounded, for logs and operator text. */
export function messageOf(error: unknown, limitChars = 400): string {
  const text = textOf(error);
  return text.length > limitChars ? `${text.slice(0, limitChars)}…` : text;
}
