import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Resource, resources } from "./registry.ts";
import { reviewKinds } from "./reviews.ts";

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const inAll = new Set(
  "pods services replicationcontrollers deployments replicasets statefulsets daemonsets jobs cronjobs horizontalpodautoscalers".split(
    " ",
  ),
);
const connect = { verbs: ["create", "get"] };
const proxied = { verbs: ["create", "delete", "get", "patch", "update"] };

/** Verbs and kind of sub-resources that are not the object itself. */
const subresourceKinds: Readonly<
  Record<
    string,
    { readonly kind?: string; readonly group?: string; readonly version?: string; readonly verbs: readonly string[] }
  >
> = {
  scale: { kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"] },
  eviction: { kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
  log: { kind: "Pod", verbs: ["get"] },
  proxy: proxied,
  exec: { kind: "PodExecOptions", ...connect },
  attach: { kind: "PodAttachOptions", ...connect },
  portforward: { kind: "PodPortForwardOptions", ...connect },
  token: { kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] },
  finalize: { verbs: ["update"] },
};

/** The build that the behaviour was recorded from. */
export const versionInfo: JsonObject = {
  major: "1",
  minor: "36",
  emulationMajor: "1",
  emulationMinor: "36",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion: "v1.36.2",
  gitCommit: "8e16b12fda",
  gitTreeState: "archive",
  buildDate: "2026-11-20T00:00:00Z",
  goVersion: "go1.26.10",
  compiler: "gc",
  platform: "linux/amd64",
};

/** GET /api, /apis, and what is below them; undefined for a group that is not served. */
export function discovery(path: string): JsonObject | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] === "api") {
    if (parts.length === 1) return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
    return parts.length === 2 && parts[1] === "v1" ? resourceList("", "v1") : undefined;
  }
  if (parts[0] !== "apis") return undefined;
  const groups = groupVersions();
  if (parts.length === 1)
    return {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: [...groups].map(([name, versions]) => groupOf(name, versions)),
    };
  const versions = groups.get(parts[1] ?? "");
  if (versions === undefined) return undefined;
  if (parts.length === 2) return { kind: "APIGroup", apiVersion: "v1", ...groupOf(parts[1] ?? "", versions) };
  return parts.length === 3 && versions.includes(parts[2] ?? "")
    ? resourceList(parts[1] ?? "", parts[2] ?? "")
    : undefined;
}

function groupVersions(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const add = (group: string, version: string): void => {
    const versions = groups.get(group) ?? [];
    if (group !== "" && !versions.includes(version)) groups.set(group, [...versions, version]);
  };
  for (const { group, version } of resources) add(group, version);
  for (const { group } of Object.values(reviewKinds)) add(group, "v1");
  return groups;
}

function groupOf(name: string, versions: readonly string[]): JsonObject {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

function resourceList(group: string, version: string): JsonObject {
  const own = resources.filter((r) => r.group === group && r.version === version);
  const reviews = Object.entries(reviewKinds).filter(([, r]) => r.group === group);
  const entries = [
    ...own.flatMap((r) => [entry(r), ...r.subresources.map((sub) => subresource(r, sub))]),
    ...reviews.map(
      ([name, r]): JsonObject => ({
        name,
        singularName: r.kind.toLowerCase(),
        namespaced: r.namespaced,
        kind: r.kind,
        verbs: ["create"],
      }),
    ),
  ];
  const groupVersion = apiVersionOf({ group, version });
  return { kind: "APIResourceList", ...(group === "" ? {} : { apiVersion: "v1" }), groupVersion, resources: entries };
}

function entry(r: Resource): JsonObject {
  return {
    name: r.name,
    singularName: r.kind.toLowerCase(),
    namespaced: r.namespaced,
    kind: r.kind,
    verbs: r.kind === "Namespace" ? allVerbs.filter((v) => v !== "deletecollection") : allVerbs,
    ...(r.shortNames.length === 0 ? {} : { shortNames: [...r.shortNames] }),
    ...(inAll.has(r.name) ? { categories: ["all"] } : {}),
  };
}

function subresource(r: Resource, sub: string): JsonObject {
  const { kind, verbs = ["get", "patch", "update"], ...of } = subresourceKinds[sub] ?? {};
  return {
    name: `${r.name}/${sub}`,
    singularName: "",
    namespaced: r.namespaced,
    ...of,
    kind: kind ?? (sub === "proxy" ? `${r.kind}ProxyOptions` : r.kind),
    verbs: [...verbs],
  };
}
