import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { LogFact } from "../gather/logs.ts";
import { metricFinding } from "../gather/metrics.ts";
import { linesWith } from "./changed-words.ts";
import { configChangesOf, describeConfigChange, placeOfSetting } from "./config-changes.ts";
import { loadGrowth } from "./cpu.ts";
import { called, citeChange, citeLogs, freshLogs, unprovenChange } from "./patterns.ts";

const poolName = /pool|max_?conn|max_?clients|connections|threads|workers|open_?files|ulimit/i;

/** What the process itself has run out of: whoever it calls, its calls fail of that. */
const ownHandles =
  /\bE[MN]FILE\b|too many open files|EADDRNOTAVAIL|cannot assign requested address|native thread|start new thread/i;

/** What the far side says when it lets nobody in any more: the limit is its own, and who calls holds what there is. */
const farLimit = /too many (?:clients|connections)|connection slots|max(?:imum)? number of clients/i;

const toldFar = (lines: readonly LogFact[]) => lines.filter(({ example }) => farLimit.test(example));

/** Whose limit it is, when lines tell of the far side's: who is named, or sends others away as well, or is the only one called. */
function farSide(open: Case, workload: ObjectRef, lines: readonly LogFact[]): ObjectRef | undefined {
  const told = toldFar(lines);
  if (told.length === 0) return undefined;
  const callees = open.topology.dependenciesOf(workload, 1);
  const named = callees.filter(({ name }) => linesWith(told, [name.toLowerCase()]).length > 0);
  const full = callees.filter((callee) =>
    open.topology
      .dependentsOf(callee, 1)
      .some((other) => !sameRef(other, workload) && toldFar(freshLogs(open, other, "pool")).length > 0),
  );
  const [only, ...more] = [named, full, callees].find(({ length }) => length > 0) ?? [];
  return more.length === 0 ? only : undefined;
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const match = { namespace: workload.namespace ?? "", workload: workload.name };
  const waiting = open
    .shifts("pool_waiting", match)
    .filter((shift) => shift.peak >= 1 && shift.after > 2 * (shift.before ?? 0));
  const timeouts = open
    .shifts("pool_timeouts_per_second", match)
    .filter((shift) => shift.peak > 0 && shift.after > 2 * (shift.before ?? 0));
  const lines = freshLogs(open, workload, "pool").filter((fact) => fact.level !== "other");
  if (waiting.length === 0 && timeouts.length === 0 && lines.length === 0) return [];
  // A new release may hold more than the one before it: then the limit is not what has changed.
  const far = unprovenChange(open, workload, "image") ? undefined : farSide(open, workload, lines);
  const setting = [workload, ...(far ? [far] : [])]
    .flatMap((ref) => configChangesOf(open, ref))
    .find(({ effective, field, carrier }) => {
      // A file is known by its name, and what it sets by the lines that were changed.
      const text = carrier.kind === "ConfigMap" ? `${field.before ?? ""} ${field.after ?? ""}` : "";
      return effective && poolName.test(`${field.name ?? ""} ${text}`);
    });
  // A pool also runs dry because what it connects to hangs; then the pool is a symptom.
  const calls = open
    .shifts("client_latency_mean_seconds", match)
    .filter((shift) => shift.after > 4 * (shift.before ?? shift.after) && shift.after > 0.3);
  const failing = open
    .shifts("client_error_ratio", match)
    .filter((shift) => shift.after > 0.3 && (shift.before ?? 0) < 0.05);
  const own = lines.some(({ example }) => ownHandles.test(example));
  const sick = own ? [] : [...calls, ...failing];
  const image = setting || far ? undefined : open.lastChange(workload, "image");
  const whose = far ?? workload;
  const change = setting?.change ?? image;
  // Whose connections are all in use is not always known.
  const sentAway = !far && !change && toldFar(lines).length > 0;
  const strong = own || waiting.length + timeouts.length > 0;
  const growth = loadGrowth(open, workload);
  return [
    candidate(
      {
        cause: "pool-exhausted",
        culprit: setting ? setting.carrier : whose,
        statement: setting
          ? `${describeConfigChange(setting)}, and requests of ${called(workload)} now wait for a connection`
          : far
            ? `${called(far)} gives ${called(workload)} no connection: all that it allows are held by its callers`
            : sentAway
              ? `${called(workload)} gets no connection: whom it calls says that all are in use`
              : `${called(workload)} has used up its ${own ? "files, sockets or threads, and can open no more" : "connections, requests wait for a free one"}${growth > 1.6 ? " since the load rose" : ""}`,
        evidence: [
          ...citeChange(open, change),
          ...open.cite(...[...waiting, ...timeouts].slice(0, 2).map((shift) => metricFinding(shift, workload))),
          ...citeLogs(open, lines, 2),
        ],
        against: setting ? [] : open.cite(...sick.slice(0, 1).map((shift) => metricFinding(shift, workload))),
        specificity: setting ? 0.97 : (strong ? (image ? 0.9 : 0.82) : 0.72) - (sick.length > 0 ? 0.3 : 0),
        hits: far ? [far, workload] : [workload],
        facts: {
          workload: whose,
          ...(far || sentAway ? { callers: far ? open.topology.dependentsOf(far, 1) : [] } : {}),
          ...(setting ? { container: whose.name, ...placeOfSetting(setting) } : {}),
        },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Connections, threads or handles used up. */
export const pool: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
