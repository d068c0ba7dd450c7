import { own } from "../lib/own.ts";
import type { KubeObject } from "./kubernetes-types.ts";

type Parts = Readonly<Record<string, unknown>>;

const isParts = (value: unknown): value is Parts =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const at = (value: unknown, ...path: readonly string[]): unknown => {
  let part = value;
  for (const key of path) part = isParts(part) ? part[key] : undefined;
  return part;
};
const isText = (value: unknown) => typeof value === "string" && value !== "";

const hasContainers = (podSpec: unknown) => {
  const containers = at(podSpec, "containers");
  return Array.isArray(containers) && containers.every((one) => isText(at(one, "name")));
};
const ofTemplate = (object: unknown) => hasContainers(at(object, "spec", "template", "spec"));
/** What the types of `kubernetes-types.ts` promise beyond a name, by kind. */
const promised: Readonly<Record<string, (object: unknown) => boolean>> = {
  Pod: (object) => hasContainers(at(object, "spec")),
  Deployment: ofTemplate,
  StatefulSet: ofTemplate,
  DaemonSet: ofTemplate,
  ReplicaSet: ofTemplate,
  Job: ofTemplate,
  CronJob: (object) => isText(at(object, "spec", "schedule")) && ofTemplate(at(object, "spec", "jobTemplate")),
  Service: (object) => isParts(at(object, "spec")),
  HorizontalPodAutoscaler: (object) =>
    isText(at(object, "spec", "scaleTargetRef", "kind")) &&
    isText(at(object, "spec", "scaleTargetRef", "name")) &&
    typeof at(object, "spec", "maxReplicas") === "number",
  Event: (object) => isParts(at(object, "involvedObject")),
};

/** Deeper than any object of the API; a loop of references must not take the process with it. */
const maxDepth = 64;

function hasNull(value: unknown, depth = 0): boolean {
  if (value === null) return true;
  if (typeof value !== "object" || depth > maxDepth) return false;
  for (const key in value) if (hasNull(Reflect.get(value, key), depth + 1)) return true;
  return false;
}

function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > maxDepth) return value;
  if (Array.isArray(value)) return value.filter((one) => one !== null).map((one) => withoutNulls(one, depth + 1));
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(parts.map(([key, part]) => [key, withoutNulls(part, depth + 1)]));
}

/** Whether it has a kind, a name, and what the types promise of an object of its kind. */
export function isWhole(object: unknown, kind: string): boolean {
  return isText(kind) && isText(at(object, "metadata", "name")) && (own(promised, kind)?.(object) ?? true);
}

/**
 * The object as everything behind reads it: null, which the API's JSON uses for "not there", is not there. Undefined when
 * it lacks what its type promises, wherever it came from: a hand-written recording, an old server, an operator of its own. Items of lists carry no kind of
 * their own; it is given then.
 */
export function wholeObject<T extends KubeObject>(object: T, kind: string = object.kind): T | undefined {
  const whole = (hasNull(object) ? withoutNulls(object) : object) as T;
  return isWhole(whole, kind) ? whole : undefined;
}
