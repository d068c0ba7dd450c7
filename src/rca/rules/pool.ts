import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { metricFinding } from "../gather/metrics.ts";
import { configChangesOf, describeConfigChange, placeOfSetting } from "./config-changes.ts";
import { loadGrowth } from "./cpu.ts";
import { called, citeChange, citeLogs, freshLogs } from "./patterns.ts";

const poolName = /pool|max_?conn|max_?clients|connections|threads|workers|open_?files|ulimit/i;

/** What the process itself has run out of: whoever it calls, its calls fail of that. */
const ownHandles =
  /\bE[MN]FILE\b|too many open files|EADDRNOTAVAIL|cannot assign requested address|native thread|start new thread/i;

/** Said by the server that all are connected to, of its own limit. */
const farSide = /too many (?:clients|connections)|remaining connection slots|max(?:imum)? number of clients/i;

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
  const setting = configChangesOf(open, workload).find(
    (item) => item.effective && poolName.test(item.field.name ?? ""),
  );
  // A pool also runs dry because what it connects to hangs; then the pool is a symptom.
  const calls = open
    .shifts("client_latency_mean_seconds", match)
    .filter((shift) => shift.after > 4 * (shift.before ?? shift.after) && shift.after > 0.3);
  const failing = open
    .shifts("client_error_ratio", match)
    .filter((shift) => shift.after > 0.3 && (shift.before ?? 0) < 0.05);
  const own = lines.some(({ example }) => ownHandles.test(example));
  const sick = own ? [] : [...calls, ...failing];
  const image = setting ? undefined : open.lastChange(workload, "image");
  const change = setting?.change ?? image;
  const strong = own || waiting.length + timeouts.length > 0;
  const growth = loadGrowth(open, workload);
  return [
    candidate(
      {
        cause: "pool-exhausted",
        culprit: setting ? setting.carrier : workload,
        statement: setting
          ? `${describeConfigChange(setting)}, and requests of ${called(workload)} now wait for a connection`
          : `${called(workload)} has used up its ${own ? "files, sockets or threads, and can open no more" : "connections, requests wait for a free one"}${growth > 1.6 ? " since the load rose" : ""}`,
        evidence: [
          ...citeChange(open, change),
          ...open.cite(...[...waiting, ...timeouts].slice(0, 2).map((shift) => metricFinding(shift, workload))),
          ...citeLogs(open, lines, 2),
        ],
        against: setting ? [] : open.cite(...sick.slice(0, 1).map((shift) => metricFinding(shift, workload))),
        specificity: setting ? 0.97 : (strong ? (image ? 0.9 : 0.82) : 0.72) - (sick.length > 0 ? 0.3 : 0),
        hits: [workload],
        facts: {
          workload,
          ...(lines.some(({ example }) => farSide.test(example)) ? { farSide: true } : {}),
          ...(setting ? { container: workload.name, ...placeOfSetting(setting) } : {}),
        },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Connections, threads or handles used up. */
export const pool: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
