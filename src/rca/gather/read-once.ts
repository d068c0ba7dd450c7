import type { LogLine } from "../../cluster/signal.ts";
import { gistOf } from "./line-gist.ts";
import { levelOf } from "./log-level.ts";

/** A reading that is kept as long as its line is. */
function perLine<T>(read: (text: string) => T): (line: LogLine) => T {
  const known = new WeakMap<LogLine, { readonly value: T }>();
  return (line) => {
    const found = known.get(line);
    if (found) return found.value;
    const value = read(line.line);
    known.set(line, { value });
    return value;
  };
}

/** `levelOf` of a kept line: an incident is diagnosed again and again, over lines that stay the same. */
export const levelOfKept = perLine(levelOf);
/** `gistOf` of a kept line. */
export const gistOfKept = perLine(gistOf);
