import type { JsonObject } from "./json.ts";
import { resources } from "./registry.ts";
import type { Route } from "./router.ts";
import { selectedName } from "./selectors.ts";
import { failure, forbidden, type StatusFailure } from "./status-errors.ts";

/** Who makes a request. */
export interface Identity {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** What a request wants to do, as an authoriser sees it. `path` is set for non-resource requests alone. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path?: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string;
}

/** Identity by the Authorization header (undefined: no credentials); "unauthorized" is answered with 401. */
export type Authenticate = (authorization: string | undefined) => Identity | "unauthorized";
export type Authorize = (identity: Identity, attributes: Attributes) => Decision;

export const clusterAdmin: Identity = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
export const anonymous: Identity = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** The identity of a ServiceAccount token. */
export function serviceAccount(namespace: string, name: string, uid?: string): Identity {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return { name: `system:serviceaccount:${namespace}:${name}`, ...(uid === undefined ? {} : { uid }), groups };
}

/** A list or watch limited to one name by field selector is judged as a request for that object. */
export function attributesOf(route: Route, query: URLSearchParams): Attributes {
  if (route.kind === "non-resource") {
    return { verb: route.verb, group: "", resource: "", subresource: "", namespace: "", name: "", path: route.path };
  }
  const { verb, group, resource, subresource, namespace } = route;
  const selected =
    verb === "list" || verb === "watch" ? selectedName(query.get("fieldSelector") ?? undefined) : undefined;
  return { verb, group, resource, subresource, namespace, name: selected ?? route.name };
}

/** The 403 with the sentence the API server writes. */
export function denial(identity: Identity, attributes: Attributes, verb = attributes.verb): StatusFailure {
  const { group, resource, subresource, namespace, name, path } = attributes;
  if (path !== undefined)
    return failure(403, "Forbidden", `forbidden: User "${identity.name}" cannot ${verb} path "${path}"`, {});
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const why = `User "${identity.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  return forbidden({ group, name: resource }, name, why);
}

/** The identity a request acts as: Impersonate-User and Impersonate-Group, when the caller may. */
export function impersonated(
  caller: Identity,
  headers: { readonly [name: string]: string | string[] | undefined },
  attributes: Attributes,
  authorize: Authorize,
): Identity {
  const user = headers["impersonate-user"];
  if (typeof user !== "string" || user === "") return caller;
  const wanted: Attributes = {
    verb: "impersonate",
    group: "",
    resource: "users",
    subresource: "",
    namespace: "",
    name: user,
  };
  if (!authorize(caller, wanted).allowed)
    throw denial(caller, attributes, `impersonate-on:user-info:${attributes.verb}`);
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account?.[1] !== undefined && account[2] !== undefined) return serviceAccount(account[1], account[2]);
  const named = headers["impersonate-group"];
  const groups = Array.isArray(named) ? named : (named?.split(", ") ?? []);
  return { name: user, groups: [...groups, "system:authenticated"] };
}

/** userInfo of a SelfSubjectReview. */
export function userInfo(identity: Identity): JsonObject {
  return {
    username: identity.name,
    ...(identity.uid === undefined ? {} : { uid: identity.uid }),
    groups: [...identity.groups],
  };
}

/** True when any version of the group is served: unknown groups are a plain text 404. */
export function servesGroup(group: string, version: string): boolean {
  const virtual = ["authorization.k8s.io/v1", "authentication.k8s.io/v1"];
  return virtual.includes(`${group}/${version}`) || resources.some((r) => r.group === group && r.version === version);
}
