import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { fieldsOf } from "../gather/changes.ts";
import { describeFields } from "../gather/field-words.ts";
import { changedWords, linesWith } from "./changed-words.ts";
import {
  called,
  citeChange,
  citeLogs,
  crashesOf,
  crashFindings,
  freshLogs,
  isSymptomatic,
  podsSince,
  unprovenChange,
} from "./patterns.ts";

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (!isSymptomatic(open, workload)) return [];
  const change = unprovenChange(open, workload, "command");
  if (!change) return [];
  const fresh = new Set(podsSince(open, workload, change).map(({ ref }) => ref.name));
  if (fresh.size === 0) return [];
  const fields = fieldsOf(change, "command");
  const lines = freshLogs(open, workload).filter(
    ({ level, pods }) => (level === "error" || level === "fatal") && [...pods].every((pod) => fresh.has(pod)),
  );
  const told = linesWith(lines, fields.flatMap(changedWords));
  const crash = crashesOf(open, workload).find(({ pod }) => fresh.has(pod.ref.name));
  // What the shell or the kernel cannot start is no program that does not do well: another rule knows more.
  if (crash && [126, 127].includes(crash.exitCode)) return [];
  const withRelease = change.fields.some(({ area }) => area === "image");
  const specificity = told.length > 0 ? 0.93 : crash ? 0.84 : lines.length > 0 ? 0.8 : 0.6;
  return [
    candidate(
      {
        cause: "bad-config",
        culprit: workload,
        statement: `the arguments of ${called(workload)} were changed (${describeFields(fields, workload.name)}), and ${
          crash ? "it ends with them" : lines.length > 0 ? "its pods write errors since" : "its trouble began after it"
        }`,
        evidence: [
          ...citeChange(open, change),
          ...citeLogs(open, told.length > 0 ? told : lines, 2),
          ...(crash ? open.cite(...crashFindings(open, crash)) : []),
        ],
        specificity: specificity - (withRelease && told.length === 0 ? 0.25 : 0),
        facts: { workload },
        change,
      },
      open,
    ),
  ];
}

/** A program that starts with other arguments than before, and does not do well with them. */
export const changedArguments: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
