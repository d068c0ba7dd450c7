import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { signsOf } from "../gather/log-text.ts";
import { configChangesOf, describeConfigChange, mentions, placeOfSetting } from "./config-changes.ts";
import {
  called,
  citeChange,
  citeLogs,
  crashesOf,
  crashFindings,
  freshLogs,
  isSettled,
  isSymptomatic,
  readyPods,
} from "./patterns.ts";
import { isReleaseMark } from "./release-mark.ts";
import { hostChange } from "./upstream.ts";

/** Names of settings that other rules understand better. */
const poolSize = /pool|max_?conn|connections/i;

/** What the workload calls is in trouble by its own account, so a change here need not be why calls fail or take long. */
function calleesSick(open: Case, workload: ObjectRef): boolean {
  return open.topology.dependenciesOf(workload).some((callee) => {
    const match = { namespace: callee.namespace ?? "", workload: callee.name };
    const fails = open.shifts("error_ratio", match).some(({ before = 0, after }) => after > 0.05 && before < 0.03);
    const slow = open
      .shifts("latency_mean_seconds", match)
      .some(({ before, after }) => before !== undefined && after > 2 * before && after - before > 0.04);
    return fails || slow || (open.podsOf(callee).length > 0 && readyPods(open, callee).length === 0);
  });
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (!isSymptomatic(open, workload)) return [];
  const crashes = crashesOf(open, workload);
  const crash = crashes[0];
  const words = crashes.flatMap((item) => item.words);
  const complaints = freshLogs(open, workload, "bad-config");
  const fresh = freshLogs(open, workload).filter(
    (fact) => fact.level === "error" || fact.level === "fatal" || fact.signs.length > 0,
  );
  const complains = complaints.length > 0 || words.some((line) => signsOf(line).includes("bad-config"));
  const text = [...words, ...fresh.map((fact) => fact.example)].join("\n");
  const found: Candidate[] = [];
  for (const item of configChangesOf(open, workload).slice(0, 12)) {
    const { field, change, carrier } = item;
    if (!item.effective || field.after === undefined || hostChange(field)) continue;
    if (isReleaseMark(field)) continue;
    // A restart sets nothing; a variable added together with a new release belongs to it.
    const withRelease = change.fields.some((other) => other.area === "image" || isReleaseMark(other));
    const mentioned = mentions(text, field.name) || mentions(text, field.after);
    if (!mentioned && isSettled(open, workload, item.effectiveAt)) continue;
    const unspoken = crash || !calleesSick(open, workload) ? 0.72 : 0.4;
    const specificity = mentioned && complains ? 0.96 : mentioned ? 0.9 : complains ? 0.86 : crash ? 0.84 : unspoken;
    found.push(
      candidate(
        {
          cause: "bad-config",
          culprit: carrier,
          statement: `${describeConfigChange(item)}, and ${called(workload)} ${crash ? "stops with it" : "fails since"}`,
          evidence: [
            ...citeChange(open, change),
            ...(crash ? open.cite(...crashFindings(open, crash)) : []),
            ...citeLogs(open, complaints.length > 0 ? complaints : fresh, 2),
          ],
          specificity:
            specificity - (withRelease && !mentioned ? 0.25 : 0) - (poolSize.test(field.name ?? "") ? 0.04 : 0),
          hits: [workload],
          change,
          facts: {
            workload,
            ...placeOfSetting(item),
          },
        },
        open,
      ),
    );
  }
  if (found.length === 0 && complains && (crash || complaints.length > 0)) {
    const container = crash?.container.name ?? complaints[0]?.container ?? workload.name;
    const change = open.lastChange(workload, "image", "command", "volume");
    found.push(
      candidate(
        {
          cause: "bad-config",
          culprit: workload,
          statement: `${called(workload)} does not accept its configuration`,
          evidence: [
            ...(crash ? open.cite(...crashFindings(open, crash)) : []),
            ...citeLogs(open, complaints, 2),
            ...citeChange(open, change),
          ],
          specificity: crash ? 0.8 : 0.55,
          facts: { container, workload },
          ...(change ? { change } : {}),
        },
        open,
      ),
    );
  }
  return found;
}

/** A value in a ConfigMap, a Secret or the environment that the process cannot work with. */
export const badConfig: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
