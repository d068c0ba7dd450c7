import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { signsOf } from "../gather/log-text.ts";
import type { LogFact } from "../gather/logs.ts";
import { quotable, quotesOne } from "./changed-words.ts";
import { type ConfigChange, configChangesOf, describeConfigChange, placeOfSetting } from "./config-changes.ts";
import {
  type Crash,
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

/** How the workload fails, and what it says to it. */
interface Symptoms {
  readonly crash: Crash | undefined;
  /** Fresh log lines that speak of configuration, and those that speak of any trouble. */
  readonly complaints: readonly LogFact[];
  readonly troubles: readonly LogFact[];
  /** It says that its configuration is the trouble. */
  readonly complains: boolean;
  /** All that it says, to look for names and values in. */
  readonly text: string;
}

function symptomsOf(open: Case, workload: ObjectRef): Symptoms {
  const crashes = crashesOf(open, workload);
  const words = crashes.flatMap((item) => item.words);
  const complaints = freshLogs(open, workload, "bad-config");
  const troubles = freshLogs(open, workload).filter(
    ({ level, signs }) => level === "error" || level === "fatal" || signs.length > 0,
  );
  return {
    crash: crashes[0],
    complaints,
    troubles,
    complains: complaints.length > 0 || words.some((line) => signsOf(line).includes("bad-config")),
    text: [...words, ...troubles.map((fact) => fact.example)].join("\n"),
  };
}

/** How completely it is seen that a change is what the workload cannot work with, by the clearest sign alone. */
function clearestSign(open: Case, workload: ObjectRef, { complains, crash }: Symptoms, mentioned: boolean): number {
  if (mentioned) return complains ? 0.96 : 0.9;
  if (complains) return 0.86;
  if (crash) return 0.84;
  return calleesSick(open, workload) ? 0.4 : 0.72;
}

/** What makes it less likely: a variable added together with a new release belongs to it; of pools another rule knows more. */
function doubtOf({ change, field }: ConfigChange, mentioned: boolean): number {
  // A restart sets nothing.
  const withRelease = change.fields.some((other) => other.area === "image" || isReleaseMark(other));
  return (withRelease && !mentioned ? 0.25 : 0) + (poolSize.test(field.name ?? "") ? 0.04 : 0);
}

/** One value that was changed and that a process has read since. */
function accuse(open: Case, item: ConfigChange, symptoms: Symptoms): readonly Candidate[] {
  const { field, change, carrier, workload, effective, effectiveAt } = item;
  const { crash, complaints, troubles, text } = symptoms;
  if (!effective || field.after === undefined || hostChange(field) || isReleaseMark(field)) return [];
  const mentioned = quotesOne(text, quotable(field.name, field.after));
  if (!mentioned && isSettled(open, workload, effectiveAt)) return [];
  return [
    candidate(
      {
        cause: "bad-config",
        culprit: carrier,
        statement: `${describeConfigChange(item)}, and ${called(workload)} ${crash ? "stops with it" : "fails since"}`,
        evidence: [
          ...citeChange(open, change),
          ...(crash ? open.cite(...crashFindings(open, crash)) : []),
          ...citeLogs(open, complaints.length > 0 ? complaints : troubles, 2),
        ],
        specificity: clearestSign(open, workload, symptoms, mentioned) - doubtOf(item, mentioned),
        hits: [workload],
        change,
        facts: { workload, ...placeOfSetting(item) },
      },
      open,
    ),
  ];
}

/** It says that it does not accept its configuration, and no value of it is known to have changed. */
function unaccepted(open: Case, workload: ObjectRef, { crash, complaints, complains }: Symptoms): readonly Candidate[] {
  if (!complains || !(crash || complaints.length > 0)) return [];
  const change = open.lastChange(workload, "image", "command", "volume");
  return [
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
        facts: { container: crash?.container.name ?? complaints[0]?.container ?? workload.name, workload },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Changes of configuration looked at for one workload, the newest first. */
const maxChanges = 12;

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (!isSymptomatic(open, workload)) return [];
  const symptoms = symptomsOf(open, workload);
  const changes = configChangesOf(open, workload).slice(0, maxChanges);
  const accused = changes.flatMap((item) => accuse(open, item, symptoms));
  return accused.length > 0 ? accused : unaccepted(open, workload, symptoms);
}

/** A value in a ConfigMap, a Secret or the environment that the process cannot work with. */
export const badConfig: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
