import { mediaType, readObject } from "./body.ts";
import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { admitted, live } from "./commit.ts";
import { type DeleteOptions, deleteObject } from "./delete.ts";
import { writeOptions } from "./dry-run.ts";
import {
  type ApiObject,
  copy,
  isObject,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
} from "./json.ts";
import { findResource, type Resource } from "./registry.ts";
import { secondsText } from "./schema/time-text.ts";
import { matchesLabelSelector } from "./selectors.ts";
import { badRequest, failure, internal, methodNotAllowed, StatusFailure, success } from "./status-errors.ts";

const twoBudgets = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
const refused = "Cannot evict pod as it would violate the pod's disruption budget.";

/**
 * POST of pods/x/eviction: deletes the pod unless its PodDisruptionBudget forbids it. It is a POST, so `?dryRun=All`
 * counts although there is a body.
 */
export function evict(api: Api, call: Call): Reply {
  if (call.route.verb !== "create") throw methodNotAllowed();
  const sent = readObject(call.body, mediaType(call.headers), "Eviction");
  const dryRun = writeOptions(call, "CreateOptions").dryRun || listAt(sent, "deleteOptions", "dryRun").includes("All");
  const name = stringAt(sent, "metadata", "name");
  if (name !== undefined && name !== call.route.name)
    throw badRequest("name in URL does not match name in Eviction object");
  const pod = live(api, call);
  // Before anything else: a refused eviction uses up no budget and leaves no condition.
  admitted(api, call, "delete", pod, undefined, dryRun);
  const options = optionsOf(sent, dryRun);
  if (options.uid !== undefined && options.uid !== pod.metadata.uid)
    deleteObject(api, call, pod, { ...options, dryRun: true }, "evict");
  if (pod.metadata["deletionTimestamp"] !== undefined) return objectReply(success(undefined, 201), 201);
  const phase = stringAt(pod, "status", "phase");
  const harmless = phase === "Succeeded" || phase === "Failed" || phase === "Pending";
  if (!harmless) takeDisruption(api, pod, dryRun);
  if (!dryRun) markDisrupted(api, call.resource, pod);
  const current = live(api, call);
  deleteObject(api, call, current, { ...options, resourceVersion: undefined }, "evict");
  return objectReply(success(undefined, 201), 201);
}

function optionsOf(sent: JsonObject, dryRun: boolean): DeleteOptions {
  const given = objectAt(sent, "deleteOptions");
  return {
    dryRun,
    gracePeriodSeconds: numberAt(given, "gracePeriodSeconds"),
    propagationPolicy: stringAt(given, "propagationPolicy"),
    uid: stringAt(given, "preconditions", "uid"),
    resourceVersion: stringAt(given, "preconditions", "resourceVersion"),
  };
}

/** Uses up one allowed disruption. @throws 429 when there is none, 500 when two budgets cover the pod */
function takeDisruption(api: Api, pod: ApiObject, dryRun: boolean): void {
  const resource = findResource("policy", "v1", "poddisruptionbudgets");
  if (resource === undefined) return;
  const budgets = api.table.list(resource, pod.metadata.namespace ?? "").filter((budget) => {
    const selector = objectAt(budget, "spec")["selector"];
    return isObject(selector) && matchesLabelSelector(selector, pod.metadata.labels ?? {});
  });
  if (budgets.length > 1) throw internal(twoBudgets);
  const budget = budgets[0];
  if (budget === undefined) return;
  const { name } = budget.metadata;
  const status = objectAt(budget, "status");
  const allowed = numberAt(status, "disruptionsAllowed") ?? 0;
  if ((numberAt(status, "observedGeneration") ?? 0) < (budget.metadata.generation ?? 0)) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const [desired, healthy] = [numberAt(status, "desiredHealthy") ?? 0, numberAt(status, "currentHealthy") ?? 0];
  // One that is not ready counts for none of the healthy: it may go, by default as long as enough of the others are.
  const always = stringAt(budget, "spec", "unhealthyPodEvictionPolicy") === "AlwaysAllow";
  if (!isReady(pod) && (always || (desired > 0 && healthy >= desired))) return;
  if (allowed < 1) {
    throw tooMany(`The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`);
  }
  if (dryRun) return;
  const next = copy(budget);
  const disrupted = { ...objectAt(status, "disruptedPods"), [pod.metadata.name]: now(api) };
  next["status"] = { ...status, disruptionsAllowed: allowed - 1, disruptedPods: disrupted };
  api.table.put(resource, next);
}

const isReady = (pod: ApiObject): boolean =>
  objectsAt(pod, "status", "conditions").some((one) => one["type"] === "Ready" && one["status"] === "True");

function tooMany(message: string, retryAfterSeconds?: number): StatusFailure {
  const causes = [{ reason: "DisruptionBudget", message }];
  const error = failure(429, "TooManyRequests", refused, {
    causes,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
  return retryAfterSeconds === undefined
    ? error
    : new StatusFailure(429, error.body, { "retry-after": String(retryAfterSeconds) });
}

/** The condition that tells an evicted pod from a deleted one. */
function markDisrupted(api: Api, resource: Resource, pod: ApiObject): void {
  const condition: JsonObject = {
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTime: now(api),
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  const next = copy(pod);
  next["status"] = { ...objectAt(pod, "status"), conditions: [...objectsAt(pod, "status", "conditions"), condition] };
  api.table.put(resource, next);
}

function now(api: Api): string {
  return secondsText(api.table.now());
}
