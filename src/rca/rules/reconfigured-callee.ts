import type { ObjectRef } from "../../incident/object-ref.ts";
import { beganAt } from "../case/began-at.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { fieldsOf } from "../gather/changes.ts";
import { describeFields } from "../gather/field-words.ts";
import { changedWords, linesWith } from "./changed-words.ts";
import { type ConfigChange, configChangesOf, describeConfigChange, placeOfSetting } from "./config-changes.ts";
import { called, citeChange, citeLogs, crashesOf, freshLogs, isSymptomatic } from "./patterns.ts";
import { isReleaseMark } from "./release-mark.ts";
import { hostChange } from "./upstream.ts";

/** Callers stumble over a new setting within this time (ms) of the first process that has it; samples date it a little before. */
const soonMs = 90_000;
const datedMs = 15_000;

function hurtBy(open: Case, callers: readonly ObjectRef[], at: number): readonly ObjectRef[] {
  return callers.filter((caller) => {
    const began = beganAt(open.anomaliesOf(caller).map(({ startsAt }) => startsAt));
    return began !== undefined && began >= at - datedMs && began <= at + soonMs;
  });
}

/** A caller that ends with other words on its lips has a trouble of its own. */
const endsByItself = (open: Case, caller: ObjectRef, words: readonly string[]): boolean => {
  const crashes = crashesOf(open, caller).filter((crash) => crash.words.length > 0);
  const said = crashes.flatMap((crash) => crash.words).map((line) => line.toLowerCase());
  return crashes.length > 0 && !said.some((line) => words.some((word) => line.includes(word)));
};

/** Its requests are counted: what it does to its callers would be seen in them. */
const isMeasured = (open: Case, { namespace = "", name }: ObjectRef): boolean =>
  open.observation.series.get("requests_per_second", { namespace, workload: name }) !== undefined;

/** Its configuration, and the arguments that it is started with. */
const settingsOf = (open: Case, callee: ObjectRef): readonly ConfigChange[] => [
  ...configChangesOf(open, callee),
  ...open.changesOf(callee, "command").flatMap((change) =>
    fieldsOf(change, "command").map((field) => ({
      change,
      field,
      carrier: callee,
      workload: callee,
      effective: true,
      effectiveAt: change.at,
      ...(field.container ? { container: field.container } : {}),
    })),
  ),
];

const describeSetting = (item: ConfigChange): string =>
  item.field.area === "command"
    ? `the arguments of ${called(item.workload)} were changed (${describeFields([item.field], item.workload.name)})`
    : describeConfigChange(item);

function judge(open: Case, callee: ObjectRef): readonly Candidate[] {
  // What shows its trouble itself is judged by its own words.
  if (isSymptomatic(open, callee)) return [];
  const all = open.topology.dependentsOf(callee, 1);
  const callers = all.filter((caller) => isSymptomatic(open, caller));
  if (callers.length === 0) return [];
  const names = [callee, ...open.topology.servicesOf(callee)].map(({ name }) => name.toLowerCase());
  return settingsOf(open, callee).flatMap((item) => {
    if (!item.effective || isReleaseMark(item.field)) return [];
    const words = changedWords(item.field);
    const hurt = hurtBy(open, callers, item.effectiveAt).filter(
      (caller) => !endsByItself(open, caller, [...words, ...names]),
    );
    const lines = hurt
      .flatMap((caller) => freshLogs(open, caller))
      .filter(({ level, signs }) => level === "error" || level === "fatal" || signs.length > 0);
    if (lines.length === 0) return [];
    const told = linesWith(lines, words);
    // Who answers as before by what is measured has done nothing to callers that do not speak of the setting.
    if (told.length === 0 && isMeasured(open, callee)) return [];
    const named = linesWith(lines, names);
    const specificity = told.length > 0 ? 0.92 : named.length > 0 ? 0.84 : hurt.length === all.length ? 0.76 : 0.62;
    return [
      candidate(
        {
          cause: hostChange(item.field) ? "bad-upstream-url" : "bad-config",
          culprit: item.carrier,
          statement: `${describeSetting(item)}, ${called(callee)} was started with it, and calls to it fail since`,
          evidence: [
            ...citeChange(open, item.change),
            ...citeLogs(open, told.length > 0 ? told : named.length > 0 ? named : lines, 2),
          ],
          specificity,
          hits: [callee, ...hurt],
          change: item.change,
          facts: { workload: callee, ...(item.field.area === "command" ? {} : placeOfSetting(item)) },
        },
        open,
      ),
    ];
  });
}

/**
 * A setting of what others call was changed, and they fail from then on: it is well by its own account, since refusing, or
 * having no room for what is asked, is what it was told to do.
 */
export const reconfiguredCallee: Rule = (open) => open.scope.flatMap((callee) => judge(open, callee));
