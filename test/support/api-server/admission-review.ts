import type { AdmissionRequest } from "../../../src/replay/api/call.ts";
import type { ApiObject, JsonObject } from "../../../src/replay/api/json.ts";
import { scaleOf } from "../../../src/replay/api/scale.ts";

/** A write as policies and webhooks see it: the `request` of an AdmissionReview, without what this server does not know. */
export interface ReviewedRequest {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly operation: string;
  readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
  readonly dryRun: boolean;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
}

export function reviewOf(request: AdmissionRequest): ReviewedRequest {
  const { resource, subresource, identity, dryRun } = request;
  const [before, after] = seen(request);
  const { namespace } = (request.after ?? request.before)?.metadata ?? {};
  const name = request.verb === "create" ? (request.after?.metadata.name ?? "") : request.name;
  return {
    kind: shownKind(request),
    resource: { group: resource.group, version: resource.version, resource: resource.name },
    ...(subresource === "" ? {} : { subResource: subresource }),
    ...(namespace === undefined || !resource.namespaced ? {} : { namespace }),
    name,
    operation: operationOf(request),
    userInfo: { username: identity.name, groups: identity.groups },
    dryRun,
    object: after ?? null,
    oldObject: before ?? null,
  };
}

const subresourceKinds: Readonly<Record<string, ReviewedRequest["kind"]>> = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale" },
  eviction: { group: "policy", version: "v1", kind: "Eviction" },
  proxy: { group: "", version: "v1", kind: "PodProxyOptions" },
};

function shownKind({ resource, subresource }: AdmissionRequest): ReviewedRequest["kind"] {
  const { group, version, kind } = resource;
  return subresourceKinds[subresource] ?? { group, version, kind };
}

/** The objects as the subresource shows them. */
function seen({ subresource, before, after }: AdmissionRequest): readonly (JsonObject | undefined)[] {
  if (subresource === "scale") return [before && scaleOf(before), after && scaleOf(after)];
  if (subresource === "eviction") return [undefined, before && eviction(before)];
  // Options of a connection are no object that is stored: they have no metadata.
  if (subresource === "proxy") return [undefined, { apiVersion: "v1", kind: "PodProxyOptions" }];
  return [before, after];
}

function eviction({ metadata: { name, namespace } }: ApiObject): JsonObject {
  return { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, ...(namespace ? { namespace } : {}) } };
}

const operations = { create: "CREATE", update: "UPDATE", delete: "DELETE", connect: "CONNECT" } as const;

/** An eviction is the creation of a subresource, although what comes of it is a deletion. */
export function operationOf({ verb, subresource }: AdmissionRequest): string {
  return subresource === "eviction" ? "CREATE" : operations[verb];
}
