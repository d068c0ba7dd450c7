import type { KubeObject } from "../cluster/kubernetes-types.ts";
import { type Change, type Path, pathText, targetText } from "./change.ts";
import type { ChaosCluster } from "./cluster-port.ts";
import type { Experiment } from "./experiment.ts";
import { opsToSet, sameValue } from "./fields.ts";
import { namespaceRefusal } from "./guard.ts";
import { methods, planStep } from "./methods/catalogue.ts";
import { apiVersions, type Scope } from "./scope.ts";

export interface PlanDeps {
  readonly cluster: ChaosCluster;
  /** Namespaces in which kubemend runs. */
  readonly ours: readonly string[];
  readonly image: string;
}

export type ExperimentPlan =
  | { readonly ok: true; readonly changes: readonly Change[] }
  /** Everything that stands in the way, each with what to do about it. */
  | { readonly ok: false; readonly problems: readonly string[] };

function scopeOf(experiment: Experiment, run: string, image: string): Scope {
  const { namespaces, labels, percentage, maxNodes } = experiment.blastRadius;
  return {
    experiment: experiment.name,
    run,
    namespaces,
    labels,
    percentage,
    maxNodes,
    image,
    durationMs: experiment.duration,
  };
}

async function guardNamespaces({ cluster, ours }: PlanDeps, namespaces: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const name of namespaces) {
    const found = await cluster.get({ apiVersion: "v1", kind: "Namespace", name });
    if (found.type === "failed") problems.push(`the namespace ${name} cannot be read: ${found.detail}`);
    else {
      const refusal = namespaceRefusal(name, found.type === "found" ? found.object : undefined, ours);
      if (refusal) problems.push(refusal);
    }
  }
  return problems;
}

async function lookAt(
  cluster: ChaosCluster,
  kinds: ReadonlySet<string>,
  namespaces: readonly string[],
): Promise<{ readonly objects: readonly KubeObject[]; readonly problems: readonly string[] }> {
  const objects: KubeObject[] = [];
  const problems: string[] = [];
  for (const kind of kinds) {
    for (const namespace of kind === "Node" ? [undefined] : namespaces) {
      const listed = await cluster.list(apiVersions[kind] ?? "v1", kind, namespace);
      if (listed.type === "found") objects.push(...listed.objects);
      else problems.push(`${kind} objects${namespace ? ` of ${namespace}` : ""} cannot be listed: ${listed.detail}`);
    }
  }
  return { objects, problems };
}

/** Whether `path` is `outer`, or leads to something inside it. */
const leadsInto = (outer: Path, path: Path) => outer.every((step, at) => sameValue(step, path[at]));

/** More than the blast radius allows, or two steps about one field, whose state before would not be known. Pure. */
function overreach(
  changes: readonly Change[],
  { maxObjects, maxNodes, namespaces }: Experiment["blastRadius"],
): string[] {
  const problems: string[] = [];
  const touched = changes.filter(({ type }) => type !== "create").map(({ target }) => target);
  const nodes = new Set(touched.filter(({ kind }) => kind === "Node").map(({ name }) => name));
  const objects = new Set(touched.filter(({ kind }) => kind !== "Node").map(targetText));
  if (objects.size > maxObjects)
    problems.push(
      `it would change ${objects.size} objects and blastRadius.maxObjects is ${maxObjects}: ${[...objects].slice(0, 12).join(", ")}`,
    );
  if (nodes.size > maxNodes)
    problems.push(
      `it would cordon ${nodes.size} ${nodes.size === 1 ? "node" : "nodes"} and blastRadius.maxNodes is ${maxNodes}`,
    );
  const outside = changes.find(({ target: { kind, namespace } }) =>
    kind === "Node" ? false : namespace === undefined || !namespaces.includes(namespace),
  );
  if (outside) problems.push(`${targetText(outside.target)} is outside the blast radius`);
  const seen: { readonly object: string; readonly path: Path }[] = [];
  for (const change of changes) {
    if (change.type !== "set") continue;
    const object = targetText(change.target);
    for (const { path } of change.fields) {
      if (seen.some((other) => other.object === object && (leadsInto(other.path, path) || leadsInto(path, other.path))))
        problems.push(`two steps change ${object} ${pathText(path)}; leave one out`);
      seen.push({ object, path });
    }
  }
  return problems;
}

/** What the API says to each change without making it. A pod of ours needs its ConfigMap only when it starts. */
async function dryRun(
  cluster: ChaosCluster,
  changes: readonly Change[],
  snapshot: readonly KubeObject[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const change of changes) {
    const { target } = change;
    const refusal = async () => {
      switch (change.type) {
        case "create":
          return (await cluster.serves(target.apiVersion, target.kind))
            ? await cluster.create(change.object, { dryRun: true })
            : ({
                type: "refused",
                detail: `the cluster serves no ${target.kind} of ${target.apiVersion}; install the operator first`,
              } as const);
        case "remove-pod":
          return change.how === "evict"
            ? await cluster.evict(target, { dryRun: true, uid: change.uid })
            : await cluster.delete(target, { dryRun: true, uid: change.uid });
        case "set": {
          const object = snapshot.find(
            ({ kind, metadata }) =>
              kind === target.kind && metadata.name === target.name && metadata.namespace === target.namespace,
          );
          const ops = change.fields.flatMap((field) => opsToSet(object, field, field.after) ?? []);
          return await cluster.patch(target, ops, { dryRun: true });
        }
      }
    };
    const written = await refusal();
    if (written.type === "done") continue;
    const detail =
      "detail" in written ? written.detail : written.type === "gone" ? "it is gone" : "somebody else changed it";
    problems.push(`${targetText(target)} (${change.what}): ${detail}`);
  }
  return problems;
}

/**
 * What the experiment would change, judged by the guards, the blast radius and a server-side dry run of every write. Nothing
 * is changed. Never throws for what the cluster answers.
 */
export async function planExperiment(experiment: Experiment, run: string, deps: PlanDeps): Promise<ExperimentPlan> {
  const { blastRadius } = experiment;
  const guards = await guardNamespaces(deps, blastRadius.namespaces);
  if (guards.length > 0) return { ok: false, problems: guards };
  const kinds = new Set(experiment.method.flatMap(({ method }) => methods[method].kinds));
  const { objects, problems } = await lookAt(deps.cluster, kinds, blastRadius.namespaces);
  if (problems.length > 0) return { ok: false, problems };
  const scope = scopeOf(experiment, run, deps.image);
  const changes: Change[] = [];
  const refusals: string[] = [];
  for (const [at, step] of experiment.method.entries()) {
    const made = planStep(step, scope, objects);
    if (made.ok) changes.push(...made.changes);
    else refusals.push(`step ${at + 1} (${step.method}): ${made.problem}`);
  }
  const more = [...refusals, ...overreach(changes, blastRadius)];
  if (more.length > 0) return { ok: false, problems: more };
  const refused = await dryRun(deps.cluster, changes, objects);
  return refused.length > 0 ? { ok: false, problems: refused } : { ok: true, changes };
}
