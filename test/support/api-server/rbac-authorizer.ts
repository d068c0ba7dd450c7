import type { Attributes, Authorize, Decision, Identity } from "../../../src/replay/api/identity.ts";
import {
  type ApiObject,
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  stringAt,
} from "../../../src/replay/api/json.ts";
import type { ObjectTable } from "../../../src/replay/api/object-table.ts";
import { findResource } from "../../../src/replay/api/registry.ts";

const group = "rbac.authorization.k8s.io";
/** What the default roles of every cluster let anybody ask. */
const publicPaths = new Set(["/healthz", "/livez", "/readyz", "/version", "/version/"]);
const reviews = new Set(["selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"]);

/**
 * Role-based access control over the Roles and bindings in the table, with system:masters allowed everything.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function rbacAuthorizer(table: ObjectTable): Authorize {
  return (identity, attributes) => {
    if (identity.groups.includes("system:masters")) return { allowed: true };
    if (attributes.path !== undefined && attributes.verb === "get" && publicPaths.has(attributes.path))
      return { allowed: true };
    const known = identity.groups.includes("system:authenticated");
    if (known && attributes.verb === "create" && reviews.has(attributes.resource)) return { allowed: true };
    if (
      known &&
      attributes.path !== undefined &&
      attributes.verb === "get" &&
      /^\/(api|apis|openapi)(\/|$)/.test(attributes.path)
    )
      return { allowed: true };
    return byBindings(table, identity, attributes);
  };
}

function byBindings(table: ObjectTable, identity: Identity, attributes: Attributes): Decision {
  const bindings = [
    ...listed(table, "clusterrolebindings", ""),
    ...(attributes.namespace === "" ? [] : listed(table, "rolebindings", attributes.namespace)),
  ];
  for (const binding of bindings) {
    const subject = objectsAt(binding, "subjects").find((s) => covers(s, identity, binding.metadata.namespace));
    if (subject === undefined) continue;
    const ref = objectAt(binding, "roleRef");
    const role = roleOf(table, binding, ref);
    if (role === undefined || !objectsAt(role, "rules").some((rule) => permits(rule, attributes))) continue;
    const where = binding.metadata.namespace === undefined ? "" : `/${binding.metadata.namespace}`;
    const who = `${stringAt(subject, "kind")} "${stringAt(subject, "name")}${subject["kind"] === "ServiceAccount" ? `/${stringAt(subject, "namespace") ?? ""}` : ""}"`;
    return {
      allowed: true,
      reason: `RBAC: allowed by ${binding.kind} "${binding.metadata.name}${where}" of ${stringAt(ref, "kind")} "${stringAt(ref, "name")}" to ${who}`,
    };
  }
  return { allowed: false };
}

function listed(table: ObjectTable, name: string, namespace: string): readonly ApiObject[] {
  const resource = findResource(group, "v1", name);
  return resource === undefined ? [] : table.list(resource, namespace);
}

function roleOf(table: ObjectTable, binding: ApiObject, ref: JsonObject): ApiObject | undefined {
  const cluster = ref["kind"] === "ClusterRole";
  const resource = findResource(group, "v1", cluster ? "clusterroles" : "roles");
  return resource === undefined
    ? undefined
    : table.get(resource, cluster ? "" : (binding.metadata.namespace ?? ""), stringAt(ref, "name") ?? "");
}

function covers(subject: JsonObject, identity: Identity, bindingNamespace: string | undefined): boolean {
  const name = stringAt(subject, "name") ?? "";
  if (subject["kind"] === "Group") return identity.groups.includes(name);
  if (subject["kind"] === "User") return identity.name === name;
  return identity.name === `system:serviceaccount:${stringAt(subject, "namespace") ?? bindingNamespace ?? ""}:${name}`;
}

function permits(rule: JsonObject, attributes: Attributes): boolean {
  const has = (list: string, value: string): boolean => listAt(rule, list).some((v) => v === "*" || v === value);
  if (!has("verbs", attributes.verb)) return false;
  if (attributes.path !== undefined) {
    const { path } = attributes;
    return listAt(rule, "nonResourceURLs").some(
      (url) => url === path || (typeof url === "string" && url.endsWith("*") && path.startsWith(url.slice(0, -1))),
    );
  }
  const { resource, subresource } = attributes;
  const full = subresource === "" ? resource : `${resource}/${subresource}`;
  const named = listAt(rule, "resourceNames");
  const fits = has("resources", full) || (subresource !== "" && listAt(rule, "resources").includes(`*/${subresource}`));
  return has("apiGroups", attributes.group) && fits && (named.length === 0 || named.includes(attributes.name));
}
