import { podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { called, citeChange, citeLogs, crashesOf, crashFindings, freshLogs } from "./patterns.ts";

const patterns: readonly RegExp[] = [
  /environment variables?:? ["'`]?([A-Z][A-Z0-9_]+)["'`]?/,
  /missing (?:required )?(?:environment|env)(?: variable| var)?s?:? ["'`]?([A-Z][A-Z0-9_]+)/,
  /["'`]?\b([A-Z][A-Z0-9_]{2,})["'`]? (?:environment variable )?(?:is not set|not set|is missing|must be set|must be provided|is required|is undefined|is not defined|is empty)/,
  /required (?:key|variable|env\w*|setting) ["'`]?([A-Z][A-Z0-9_]{2,})/,
  /KeyError: ["']([A-Z][A-Z0-9_]{2,})["']/,
  // Spring: Could not resolve placeholder 'X' in value "${X}".
  /resolve placeholder ["'`]([A-Z][A-Z0-9_]{2,})["'`]/,
  // Go envconfig and viper, Rust env::var, Ruby ENV.fetch, shell `set -u`.
  /(?:[Rr]equired|[Mm]issing) (?:env|environment|key) ["'`]?([A-Z][A-Z0-9_]{2,})/,
  /key not found: ["'`]([A-Z][A-Z0-9_]{2,})["'`]/,
  /\b([A-Z][A-Z0-9_]{2,}): (?:unbound variable|parameter not set|parameter null or not set|NotPresent)/,
];
const says =
  /not set|missing|required|must be|undefined|KeyError|not defined|is empty|not found|expected|placeholder|unbound|NotPresent|parameter null/i;

/** Name of the environment variable that a line says is missing. */
export function missingVariable(line: string): string | undefined {
  if (!says.test(line)) return undefined;
  for (const pattern of patterns) {
    const name = pattern.exec(line)?.[1];
    if (name) return name;
  }
  return undefined;
}

function isSet(open: Case, workload: ObjectRef, variable: string): boolean {
  const spec = podSpecOf(open.observation.objects.find(workload)?.object);
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  if (containers.some((container) => container.env?.some((item) => item.name === variable && item.value !== "")))
    return true;
  return open.topology.usesOf(workload).some((use) => {
    if (use.how !== "envFrom" || use.ref.kind !== "ConfigMap") return false;
    const object = open.observation.objects.get("ConfigMap", use.ref.namespace, use.ref.name);
    return variable in (object?.data ?? {});
  });
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const crashes = crashesOf(open, workload);
  const crash = crashes.find((item) => item.words.some(missingVariable));
  const fact = crash
    ? undefined
    : freshLogs(open, workload, "missing-env").find((item) => missingVariable(item.example));
  const variable = crash ? crash.words.map(missingVariable).find(Boolean) : fact && missingVariable(fact.example);
  if (!variable) return [];
  const removed = open
    .changesOf(workload, "env")
    .filter((change) => change.fields.some((field) => field.area === "env" && field.name === variable))
    .at(-1);
  const lostKey = open.topology
    .usesOf(workload)
    .filter((use) => use.ref.kind === "ConfigMap")
    .flatMap((use) => open.changesOf(use.ref, "data"))
    .filter((change) => change.fields.some((field) => field.name === variable && field.after === undefined))
    .at(-1);
  const change = removed ?? lostKey ?? open.lastChange(workload, "image") ?? open.lastChange(workload);
  const container = crash?.container.name ?? fact?.container ?? workload.name;
  const init = crash?.container.init ?? false;
  const set = isSet(open, workload, variable);
  return [
    candidate(
      {
        cause: lostKey ? "missing-config" : "missing-env",
        culprit: lostKey ? lostKey.ref : workload,
        hits: [workload],
        statement: lostKey
          ? `key ${variable} was removed from ${called(lostKey.ref)}, and ${called(workload)} cannot run without it`
          : `container ${container} of ${called(workload)} needs the environment variable ${variable}, which ${removed ? "was removed from" : "is not set in"} its pod template`,
        evidence: [
          ...(crash ? open.cite(...crashFindings(open, crash)) : citeLogs(open, fact ? [fact] : [])),
          ...citeChange(open, change),
        ],
        specificity: (crash ? 0.96 : 0.85) - (set ? 0.4 : 0) - (init ? 0.08 : 0),
        facts: { container, variable, workload, ...(lostKey ? { key: variable } : {}) },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Processes that stop because an environment variable is not there. */
export const missingEnv: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
