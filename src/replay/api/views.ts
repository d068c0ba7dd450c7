import type { ApiObject, JsonObject } from "./json.ts";
import { apiVersionOf, type Resource } from "./registry.ts";

/** events.k8s.io name of each core/v1 Event field that differs. */
const eventNames: readonly (readonly [core: string, view: string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];

/** A stored object as the asked resource shows it. */
export function toView(resource: Resource, object: ApiObject): ApiObject {
  if (resource.viewOf === undefined) return object;
  return renamed(object, apiVersionOf(resource), (core) => eventNames.find(([c]) => c === core)?.[1]);
}

/** The stored form of an object a client sent to that resource. */
export function fromView(resource: Resource, object: JsonObject): JsonObject {
  if (resource.viewOf === undefined) return object;
  return renamed(object, "v1", (view) => eventNames.find(([, v]) => v === view)?.[0]);
}

function renamed<T extends JsonObject>(object: T, apiVersion: string, rename: (name: string) => string | undefined): T {
  const entries = Object.entries(object).map(([name, value]) => [rename(name) ?? name, value] as const);
  return { ...(Object.fromEntries(entries) as T), apiVersion };
}
