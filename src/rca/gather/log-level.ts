import { parseLine } from "../../log-lines/parse-line.ts";

/** How severe a line is; what informs and what says nothing of it are `other`. */
export type LogLevel = "fatal" | "error" | "warn" | "other";

/**
 * The severity of a line as detection reads it: what its writer stated in any known layout, an answer of 500 and more, else what its
 * words tell.
 */
export function levelOf(line: string): LogLevel {
  const { level } = parseLine(line);
  return level === "fatal" || level === "error" || level === "warn" ? level : "other";
}
