import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";

type Tree = { readonly [key: string]: unknown };

/**
 * The next recorded state of an object that clients have changed meanwhile: what they changed stays as they wanted it,
 * everything else follows the recording (a three-way merge; lists of named items merge by name). Status is the
 * recording's. The generation goes on from the client's and counts a recorded change only when it still is one.
 * @param recorded the state that the recording gave it last
 * @param current the object as it is in the cluster
 * @param next the state that the recording gives it now
 */
export function keepClientChanges(recorded: KubeObject, current: KubeObject, next: KubeObject): KubeObject {
  const { status: _a, metadata: recordedMeta, ...recordedRest } = recorded as KubeObject & Tree;
  const { status: _b, metadata: currentMeta, ...currentRest } = current as KubeObject & Tree;
  const { status, metadata: nextMeta, ...nextRest } = next as KubeObject & Tree;
  const rest = merge(recordedRest, currentRest, nextRest) as Tree;
  const { generation: _g, ...metadata } = merge(own(recordedMeta), own(currentMeta), own(nextMeta)) as Tree;

  if (nextMeta.generation === undefined) return { ...rest, metadata, ...withStatus(status) } as unknown as KubeObject;
  const before = currentMeta.generation ?? nextMeta.generation;
  const generation = same(rest["spec"], currentRest["spec"]) ? before : before + 1;
  const observed = observedGeneration(status, generation - nextMeta.generation);
  return { ...rest, metadata: { ...metadata, generation }, ...withStatus(observed) } as unknown as KubeObject;
}

/**
 * A ReplicaSet or a pod that the recording makes from a workload's template, made from the template as a client has it.
 * Undefined when it was not made from that template, but from an older one.
 * @param recorded the workload as the recording has it
 * @param current the workload as it is in the cluster
 */
export function fromClientTemplate(
  recorded: KubeObject,
  current: KubeObject,
  made: KubeObject,
): KubeObject | undefined {
  const [theirs, mine] = [recorded, current].map((object) => at(object.spec, "template"));
  if (!isTree(theirs) || !isTree(mine)) return undefined;
  if (made.kind !== "Pod") {
    const template = at(made.spec, "template");
    if (!isTree(template) || !same(template["spec"], theirs["spec"])) return undefined;
    return { ...made, spec: { ...(made.spec as Tree), template: { ...template, spec: mine["spec"] } } };
  }
  return { ...made, spec: merge(theirs["spec"], mine["spec"], made.spec) };
}

function at(value: unknown, key: string): unknown {
  return isTree(value) ? value[key] : undefined;
}

/** resourceVersion belongs to the table, generation is counted here. */
function own({ resourceVersion: _r, generation: _g, ...metadata }: KubeObject["metadata"]): Tree {
  return metadata;
}

function withStatus(status: unknown): Tree {
  return status === undefined ? {} : { status };
}

function observedGeneration(status: unknown, ahead: number): unknown {
  if (!isTree(status) || typeof status["observedGeneration"] !== "number") return status;
  return { ...status, observedGeneration: status["observedGeneration"] + ahead };
}

function merge(base: unknown, mine: unknown, theirs: unknown): unknown {
  if (same(base, mine)) return theirs;
  if (isTree(mine) && isTree(theirs)) return mergeTrees(isTree(base) ? base : {}, mine, theirs);
  const named = [base ?? [], mine, theirs].map(byName);
  const [baseItems, myItems, theirItems] = named;
  if (baseItems && myItems && theirItems) return Object.values(mergeTrees(baseItems, myItems, theirItems));
  return mine;
}

function mergeTrees(base: Tree, mine: Tree, theirs: Tree): Tree {
  const merged: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = merge(base[key], mine[key], theirs[key]);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

/** A list of items with distinct names as a map; undefined when it is none. */
function byName(value: unknown): Tree | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: Record<string, unknown> = {};
  for (const item of value as unknown[]) {
    if (!isTree(item) || typeof item["name"] !== "string" || item["name"] in items) return undefined;
    items[item["name"]] = item;
  }
  return items;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
