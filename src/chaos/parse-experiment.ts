import { LineCounter, parseDocument } from "yaml";
import { type Experiment, experimentSchema } from "./experiment.ts";

export type ParsedExperiment =
  | { readonly ok: true; readonly experiment: Experiment; readonly body: unknown }
  /** Every problem, each with its place and what would be right. */
  | { readonly ok: false; readonly problems: readonly string[] };

const maxChars = 200_000;

/** Reads one experiment from YAML. Never throws for what the text holds. */
export function parseExperiment(text: string): ParsedExperiment {
  if (text.length > maxChars) return { ok: false, problems: [`it is longer than ${maxChars} characters`] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    return {
      ok: false,
      problems: document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message}`),
    };
  let body: unknown;
  try {
    body = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    // Aliases that multiply each other.
    return { ok: false, problems: [error instanceof Error ? error.message.slice(0, 200) : "not readable"] };
  }
  const parsed = experimentSchema.safeParse(body);
  if (parsed.success) return { ok: true, experiment: parsed.data, body };
  return {
    ok: false,
    problems: parsed.error.issues.flatMap((issue) => {
      const where = issue.path.join(".") || "(top)";
      if (issue.code === "unrecognized_keys")
        return issue.keys.map(
          (key) => `${where === "(top)" ? key : `${where}.${key}`}: there is no such setting; see docs/chaos.md`,
        );
      return [`${where}: ${issue.message}`];
    }),
  };
}
