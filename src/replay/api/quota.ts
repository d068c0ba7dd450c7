import { type ApiObject, isObject, type JsonObject, objectAt, objectsAt, stringAt } from "./json.ts";
import type { ObjectTable } from "./object-table.ts";
import { findResource, type Resource } from "./registry.ts";
import { nanoOf, quantityText } from "./schema/quantity.ts";
import { forbidden } from "./status-errors.ts";

const pods: Pick<Resource, "group" | "name"> = { group: "", name: "pods" };

function objectsOf(table: ObjectTable, name: string, namespace: string): readonly ApiObject[] {
  const resource = findResource("", "v1", name);
  return resource === undefined ? [] : table.list(resource, namespace);
}

function containersOf(pod: ApiObject): JsonObject[] {
  return objectsAt(pod, "spec", "containers");
}

function limitItems(table: ObjectTable, namespace: string): JsonObject[] {
  const ranges = objectsOf(table, "limitranges", namespace);
  return ranges.flatMap((range) => objectsAt(range, "spec", "limits")).filter((item) => item["type"] === "Container");
}

/** Fills a new pod's missing requests and limits from the LimitRanges of its namespace, and notes it. In place. */
export function limitDefaults(table: ObjectTable, pod: ApiObject): void {
  const notes: string[] = [];
  for (const item of limitItems(table, pod.metadata.namespace ?? "")) {
    for (const c of containersOf(pod)) {
      const resources = objectAt(c, "resources");
      for (const [part, source, word] of [
        ["requests", "defaultRequest", "request"],
        ["limits", "default", "limit"],
      ] as const) {
        const own = objectAt(resources, part);
        const added = Object.entries(objectAt(item, source)).filter(([name]) => own[name] === undefined);
        if (added.length === 0) continue;
        resources[part] = { ...own, ...Object.fromEntries(added) };
        notes.push(
          `${added
            .map(([name]) => name)
            .sort()
            .join(", ")} ${word} for container ${stringAt(c, "name") ?? ""}`,
        );
      }
    }
  }
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    "kubernetes.io/limit-ranger": `LimitRanger plugin set: ${notes.join("; ")}`,
  };
}

/** @throws 403 when a LimitRange or a ResourceQuota refuses a new pod. Neither looks at Deployments. */
export function checkLimits(table: ObjectTable, pod: ApiObject): void {
  const namespace = pod.metadata.namespace ?? "";
  const violations = limitItems(table, namespace).flatMap((item) =>
    containersOf(pod).flatMap((c) => rangeViolations(item, objectAt(c, "resources"))),
  );
  if (violations.length > 0) {
    throw forbidden(
      pods,
      pod.metadata.name,
      violations.length === 1 ? String(violations[0]) : `[${violations.join(", ")}]`,
    );
  }
  for (const quota of objectsOf(table, "resourcequotas", namespace)) {
    const why = quotaViolation(quota, pod);
    if (why !== undefined) throw forbidden(pods, pod.metadata.name, why);
  }
}

function rangeViolations(item: JsonObject, resources: JsonObject): string[] {
  const requests = objectAt(resources, "requests");
  const limits = objectAt(resources, "limits");
  const found: string[] = [];
  for (const [name, minimum] of Object.entries(objectAt(item, "min"))) {
    const [least, request, limit] = [nanoOf(minimum) ?? 0n, nanoOf(requests[name]), nanoOf(limits[name])];
    if (request === undefined)
      found.push(`minimum ${name} usage per Container is ${String(minimum)}.  No request is specified`);
    else if (request < least)
      found.push(`minimum ${name} usage per Container is ${String(minimum)}, but request is ${String(requests[name])}`);
    else if (limit !== undefined && limit < least)
      found.push(`minimum ${name} usage per Container is ${String(minimum)}, but limit is ${String(limits[name])}`);
  }
  for (const [name, maximum] of Object.entries(objectAt(item, "max"))) {
    const [most, request, limit] = [nanoOf(maximum) ?? 0n, nanoOf(requests[name]), nanoOf(limits[name])];
    if (limit === undefined)
      found.push(`maximum ${name} usage per Container is ${String(maximum)}.  No limit is specified`);
    else if (limit > most)
      found.push(`maximum ${name} usage per Container is ${String(maximum)}, but limit is ${String(limits[name])}`);
    else if (request !== undefined && request > most)
      found.push(`maximum ${name} usage per Container is ${String(maximum)}, but request is ${String(requests[name])}`);
  }
  for (const [name, ratio] of Object.entries(objectAt(item, "maxLimitRequestRatio"))) {
    const [request, limit] = [nanoOf(requests[name]), nanoOf(limits[name])];
    if (request === undefined || limit === undefined || request === 0n) continue;
    const provided = Number(limit) / Number(request);
    if (provided > Number(ratio))
      found.push(
        `${name} max limit to request ratio per Container is ${String(ratio)}, but provided ratio is ${provided.toFixed(6)}`,
      );
  }
  return found;
}

/** What one pod takes of a quota's resource; undefined when a container does not say. */
function usageOf(pod: ApiObject, name: string): bigint | undefined {
  if (name === "pods" || name === "count/pods") return 1_000_000_000n;
  const [part, resource] = name.startsWith("limits.")
    ? (["limits", name.slice(7)] as const)
    : (["requests", name.replace(/^requests\./, "")] as const);
  let sum = 0n;
  for (const c of containersOf(pod)) {
    const nano = nanoOf(objectAt(c, "resources", part)[resource]);
    if (nano === undefined) return undefined;
    sum += nano;
  }
  return sum;
}

const judged = /^(pods|count\/pods|cpu|memory|ephemeral-storage|(requests|limits)\.(cpu|memory|ephemeral-storage))$/;

function quotaViolation(quota: ApiObject, pod: ApiObject): string | undefined {
  const status = objectAt(quota, "status");
  const hard = isObject(status["hard"]) ? status["hard"] : objectAt(quota, "spec", "hard");
  const used = objectAt(status, "used");
  const names = Object.keys(hard)
    .filter((name) => judged.test(name))
    .sort();
  const unsaid = names.filter((name) => usageOf(pod, name) === undefined);
  if (unsaid.length > 0) {
    const who = containersOf(pod)
      .map((c) => stringAt(c, "name") ?? "")
      .join(",");
    return `failed quota: ${quota.metadata.name}: ${unsaid.map((name) => `must specify ${name} for: ${who}`).join("; ")}`;
  }
  const over = names.filter(
    (name) => (nanoOf(used[name]) ?? 0n) + (usageOf(pod, name) ?? 0n) > (nanoOf(hard[name]) ?? 0n),
  );
  if (over.length === 0) return undefined;
  const listed = (value: (name: string) => string): string => over.map((name) => `${name}=${value(name)}`).join(",");
  const asked = listed((name) => quantityText(usageOf(pod, name) ?? 0n, String(hard[name])));
  const taken = listed((name) => String(used[name] ?? "0"));
  return `exceeded quota: ${quota.metadata.name}, requested: ${asked}, used: ${taken}, limited: ${listed((name) => String(hard[name]))}`;
}
