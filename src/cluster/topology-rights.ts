import { makeRef, type ObjectRef } from "../incident/object-ref.ts";
import { own } from "../lib/own.ts";
import type { RoleBinding } from "./kinds/policy.ts";
import { asKind, type KubeObject } from "./kubernetes-types.ts";
import { refOf } from "./object-store.ts";
import type { Observation } from "./observation.ts";
import { collect } from "./reach.ts";
import type { Use } from "./use.ts";

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

type Subject = NonNullable<RoleBinding["subjects"]>[number];

/**
 * How a subject is found again: accounts by their namespace and name, groups and users within the binding's namespace, which
 * one for the whole cluster has not.
 */
function keyOf({ kind, name, namespace }: Subject, home: string | undefined): string | undefined {
  if (kind === "ServiceAccount") return `account ${namespace ?? home ?? ""}/${name}`;
  return kind === "Group" || kind === "User" ? `${kind} ${home ?? ""} ${name}` : undefined;
}

/** All that an account is (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects). */
const keysOf = (namespace: string | undefined, account: string): readonly string[] => {
  const home = namespace ?? "";
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${home}`, "system:authenticated"];
  return [
    `account ${home}/${account}`,
    ...[...new Set([home, ""])].flatMap((where) => [
      `User ${where} system:serviceaccount:${home}:${account}`,
      ...groups.map((group) => `Group ${where} ${group}`),
    ]),
  ];
};

const bindingKinds = ["RoleBinding", "ClusterRoleBinding"] as const;

/**
 * What every account may do in every cluster, as reading its version: the API server keeps these itself
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings).
 */
const isDefault = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.["kubernetes.io/bootstrapping"] === "rbac-defaults";

const bindingOf = (state: KubeObject | undefined): RoleBinding | undefined =>
  asKind(state, "RoleBinding") ?? asKind(state, "ClusterRoleBinding");

/** The bindings of each subject, as they are and were: a deleted or changed one is exactly what one looks for after a 403. */
function readBindings({ objects }: Observation): ReadonlyMap<string, readonly RoleBinding[]> {
  const rows: KubeObject[] = bindingKinds
    .flatMap((kind) => [...objects.list(kind), ...objects.deleted(kind).map(({ object }) => object)])
    .filter((row) => !isDefault(row));
  const found = new Map<string, RoleBinding[]>();
  for (const row of rows) {
    const told = new Set<string>();
    for (const state of [row, ...objects.versions(refOf(row)).map(({ object }) => object)]) {
      const binding = bindingOf(state);
      for (const subject of binding?.subjects ?? []) {
        const key = keyOf(subject, row.metadata.namespace);
        if (!binding || key === undefined || told.has(key)) continue;
        told.add(key);
        collect(found, key, binding);
      }
    }
  }
  return found;
}

/** What gives an account of a namespace its rights, there and elsewhere, and the ConfigMaps and Secrets that it may read by name. */
export type Rights = (namespace: string | undefined, account: string) => readonly Use[];

/** Reads the bindings of the whole cluster once, when first asked. */
export function readRights(observation: Observation): Rights {
  let bindings: ReturnType<typeof readBindings> | undefined;
  const of = (ref: ObjectRef, how: Use["how"]): Use => ({ ref, how, optional: false });
  return (namespace, account) => {
    bindings ??= readBindings(observation);
    const bound = keysOf(namespace, account).flatMap((key) => bindings?.get(key) ?? []);
    return bound.flatMap(({ kind, metadata, roleRef }) => {
      const role =
        roleRef && makeRef(roleRef.kind, roleRef.kind === "Role" ? metadata.namespace : undefined, roleRef.name);
      return [
        of(makeRef(kind, metadata.namespace, metadata.name), "rights"),
        ...(role ? [of(role, "rights")] : []),
        ...(role?.kind === "Role" ? namedInRole(observation, role) : []),
      ];
    });
  };
}
