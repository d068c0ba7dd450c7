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

type Area = "command" | "security";

const whatWas: Readonly<Record<Area, string>> = { command: "arguments", security: "security settings" };

/** What the kernel says to a program that has lost a right, in the words of any runtime. */
const lostRight = /read-only file ?system|\bEROFS\b|permission denied|\bEACCES\b|\bEPERM\b|operation not permitted/i;

function judge(open: Case, workload: ObjectRef, area: Area): readonly Candidate[] {
  if (!isSymptomatic(open, workload)) return [];
  const change = unprovenChange(open, workload, area);
  if (!change) return [];
  const fresh = new Set(podsSince(open, workload, change).map(({ ref }) => ref.name));
  if (fresh.size === 0) return [];
  const fields = fieldsOf(change, area);
  const lines = freshLogs(open, workload).filter(
    ({ level, pods }) => (level === "error" || level === "fatal") && [...pods].every((pod) => fresh.has(pod)),
  );
  const told = linesWith(lines, fields.flatMap(changedWords));
  const crash = crashesOf(open, workload).find(({ pod }) => fresh.has(pod.ref.name));
  const said = [...lines.map(({ example }) => example), ...(crash?.words ?? [])];
  const isTold = told.length > 0 || (area === "security" && said.some((line) => lostRight.test(line)));
  // What the shell or the kernel cannot start is no program that does not do well: another rule knows more.
  if (crash && [126, 127].includes(crash.exitCode)) return [];
  const withRelease = change.fields.some(({ area }) => area === "image");
  const specificity = isTold ? 0.93 : crash ? 0.84 : lines.length > 0 ? 0.8 : 0.6;
  return [
    candidate(
      {
        cause: "bad-config",
        culprit: workload,
        statement: `the ${whatWas[area]} of ${called(workload)} were changed (${describeFields(fields, workload.name)}), and ${
          crash ? "it ends with them" : lines.length > 0 ? "its pods write errors since" : "its trouble began after it"
        }`,
        evidence: [
          ...citeChange(open, change),
          ...citeLogs(open, told.length > 0 ? told : lines, 2),
          ...(crash ? open.cite(...crashFindings(open, crash)) : []),
        ],
        specificity: specificity - (withRelease && !isTold ? 0.25 : 0),
        facts: { workload },
        change,
      },
      open,
    ),
  ];
}

/** A program that starts with other arguments, or with fewer rights, than before, and does not do well with them. */
export const changedArguments: Rule = (open) =>
  open.scope.flatMap((workload) => [...judge(open, workload, "command"), ...judge(open, workload, "security")]);
