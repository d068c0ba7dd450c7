import type { Grant } from "../../cluster/access-rules.ts";

/** What a method that changes fields of workloads needs. */
export function workloadGrants(method: string): readonly Grant[] {
  return ["deployments", "statefulsets", "daemonsets"].flatMap((resource) =>
    ["list", "get", "patch"].map((verb) => ({ verb, group: "apps", resource, why: method })),
  );
}

/** Verbs on one resource of the core group. */
export function coreGrants(method: string, resource: string, verbs: readonly string[]): readonly Grant[] {
  return verbs.map((verb) => ({ verb, group: "", resource, why: method }));
}
