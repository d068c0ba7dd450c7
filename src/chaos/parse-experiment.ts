import { readYaml } from "../lib/read-yaml.ts";
import { type Experiment, experimentSchema } from "./experiment.ts";

export type ParsedExperiment =
  | { readonly ok: true; readonly experiment: Experiment; readonly body: unknown }
  /** Every problem, each with its place and what would be right. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** A file with more settings that do not exist is something else. */
const mostUnknown = 50;

/** Reads one experiment from YAML. Never throws for what the text holds. */
export function parseExperiment(text: string): ParsedExperiment {
  const read = readYaml(text);
  if (!read.ok) return read;
  const body = read.value;
  const parsed = experimentSchema.safeParse(body);
  if (parsed.success) return { ok: true, experiment: parsed.data, body };
  return {
    ok: false,
    problems: parsed.error.issues.flatMap((issue) => {
      const where = issue.path.join(".") || "(top)";
      if (issue.code === "unrecognized_keys")
        return issue.keys
          .slice(0, mostUnknown)
          .map((key) => `${where === "(top)" ? key : `${where}.${key}`}: there is no such setting; see docs/chaos.md`);
      return [`${where}: ${issue.message}`];
    }),
  };
}
