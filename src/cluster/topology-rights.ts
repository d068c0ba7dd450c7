import { makeRef, type ObjectRef } from "../incident/object-ref.ts";
import { own } from "../lib/own.ts";
import type { RoleBinding } from "./kinds/policy.ts";
import { asKind, type KubeObject } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";
import type { Use } from "./use.ts";

/** Groups that every account of a namespace is in (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects). */
const groupsIn = (namespace: string | undefined) =>
  new Set(["system:serviceaccounts", `system:serviceaccounts:${namespace ?? ""}`, "system:authenticated"]);

function bindsAccount(
  subject: NonNullable<RoleBinding["subjects"]>[number],
  namespace: string | undefined,
  account: string,
): boolean {
  if (subject.kind === "Group") return groupsIn(namespace).has(subject.name);
  if (subject.kind === "User") return subject.name === `system:serviceaccount:${namespace ?? ""}:${account}`;
  return (
    subject.kind === "ServiceAccount" && subject.name === account && (subject.namespace ?? namespace) === namespace
  );
}

/** The bindings of an account within its namespace, and the roles they give. */
function bindingsFor(observation: Observation, namespace: string | undefined, account: string): readonly Use[] {
  const found: Use[] = [];
  const rows: KubeObject[] = [...observation.objects.list("RoleBinding", namespace)];
  // A deleted or changed binding is exactly what one looks for after a 403.
  for (const { object } of observation.objects.deleted("RoleBinding", namespace)) rows.push(object);
  for (const row of rows) {
    const ref = makeRef("RoleBinding", namespace, row.metadata.name);
    const states = [row, ...observation.objects.versions(ref).map((version) => version.object)];
    const bound = states
      .flatMap((state) => asKind(state, "RoleBinding") ?? [])
      .find(({ subjects }) => subjects?.some((subject) => bindsAccount(subject, namespace, account)));
    if (!bound) continue;
    found.push({ ref, how: "rights", optional: false });
    if (bound.roleRef)
      found.push({
        ref: makeRef(bound.roleRef.kind, bound.roleRef.kind === "Role" ? namespace : undefined, bound.roleRef.name),
        how: "rights",
        optional: false,
      });
  }
  return found;
}

const readThroughApi: Readonly<Record<string, string>> = { configmaps: "ConfigMap", secrets: "Secret" };

/** ConfigMaps and Secrets that a role allows by name, now or before. */
function namedInRole(observation: Observation, role: ObjectRef): readonly Use[] {
  const states = [
    observation.objects.find(role)?.object,
    ...observation.objects.versions(role).map((version) => version.object),
  ];
  return states.flatMap((state) =>
    (asKind(state, "Role")?.rules ?? []).flatMap((rule) =>
      (rule.resources ?? []).flatMap((resource) => {
        const kind = own(readThroughApi, resource);
        return kind
          ? (rule.resourceNames ?? []).map(
              (name): Use => ({ ref: makeRef(kind, role.namespace, name), how: "api", optional: false }),
            )
          : [];
      }),
    ),
  );
}

/** What gives an account its rights in its namespace, and the ConfigMaps and Secrets that it may read by name. */
export function rightsOf(observation: Observation, namespace: string | undefined, account: string): readonly Use[] {
  const bindings = bindingsFor(observation, namespace, account);
  return [...bindings, ...bindings.flatMap(({ ref }) => (ref.kind === "Role" ? namedInRole(observation, ref) : []))];
}
