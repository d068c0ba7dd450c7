import { createHash } from "node:crypto";
import type { Grant } from "../cluster/access-rules.ts";
import type { KubeObject } from "../cluster/kubernetes-types.ts";
import { matchesLabels } from "../cluster/selector.ts";
import type { Change, Target } from "./change.ts";

/** Within what an experiment must stay, and what its own objects are made from. */
export interface Scope {
  readonly experiment: string;
  /** Number of the run; part of the names of objects that are made. */
  readonly run: string;
  readonly namespaces: readonly string[];
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly percentage: number;
  readonly maxNodes: number;
  /** kubemend's image: proxies and loads are small Node programs. */
  readonly image: string;
  readonly durationMs: number;
}

/** The objects of the kinds that a method asked for, in the namespaces of the scope (nodes: all). */
export type Snapshot = readonly KubeObject[];

export type Planned =
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly problem: string };

export interface Method<Step> {
  /** What it looks at before it decides. */
  readonly kinds: readonly string[];
  readonly permissions: readonly Grant[];
  /** What it would change, and how that is put back. Pure. */
  plan(step: Step, scope: Scope, snapshot: Snapshot): Planned;
}

/** A method's plan: these writes, in this order. */
export const planned = (changes: readonly Change[]): Planned => ({ ok: true, changes });
/** Nothing is planned. `problem` is for people: what does not fit, and what to set instead. */
export const refused = (problem: string): Planned => ({ ok: false, problem });

export const runLabel = "kubemend.dev/chaos-run";

/** API versions of the kinds that methods look at. */
export const apiVersions: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Pod: "v1",
  Service: "v1",
  ConfigMap: "v1",
  ResourceQuota: "v1",
  Node: "v1",
  Namespace: "v1",
};

/**
 * Where an object of a snapshot is written to. The version is the one it was read in, which must be the one in
 * `apiVersions`.
 */
export function targetOf(object: KubeObject): Target {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, ...(namespace ? { namespace } : {}), name };
}

/**
 * The part of `items` that a percentage allows: at least one, never more than the share. Which ones depends on the
 * experiment's name alone, so that the plan that was shown is the one that is made.
 */
export function shareOf<T extends KubeObject>(items: readonly T[], percentage: number, seed: string): readonly T[] {
  const count = Math.max(1, Math.floor((items.length * percentage) / 100));
  const rank = (item: T) =>
    createHash("sha256")
      .update(`${seed}/${item.metadata.namespace ?? ""}/${item.metadata.name}`)
      .digest("hex");
  return items
    .map((item) => ({ item, at: rank(item) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}

export interface ObjectTarget {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The objects a step is about: the one it names, or the share of those its labels (else the blast radius's) select. */
export function selectObjects(
  target: ObjectTarget,
  scope: Scope,
  snapshot: Snapshot,
): { readonly ok: true; readonly objects: readonly KubeObject[] } | { readonly ok: false; readonly problem: string } {
  const { kind, namespace, name } = target;
  if (namespace !== undefined && !scope.namespaces.includes(namespace))
    return {
      ok: false,
      problem: `${kind} ${namespace}/${name ?? "*"} is outside the blast radius; add ${namespace} to blastRadius.namespaces`,
    };
  const inReach = snapshot.filter(
    (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
  );
  if (name !== undefined) {
    const named = inReach.filter((object) => object.metadata.name === name);
    if (named.length === 1) return { ok: true, objects: named };
    const where = namespace ?? scope.namespaces.join(", ");
    const problem =
      named.length === 0
        ? `there is no ${kind} ${name} in ${where}`
        : `there are ${named.length} named ${name} in ${where}; say which by target.namespace`;
    return { ok: false, problem };
  }
  const wanted = target.labels ?? scope.labels;
  if (!wanted) return { ok: false, problem: `a target without a name needs labels, its own or blastRadius.labels` };
  const selected = inReach.filter((object) => matchesLabels(wanted, object.metadata.labels));
  return selected.length === 0
    ? { ok: false, problem: `no ${kind} in ${scope.namespaces.join(", ")} has the labels ${JSON.stringify(wanted)}` }
    : { ok: true, objects: shareOf(selected, scope.percentage, scope.experiment) };
}
