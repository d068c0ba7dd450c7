import { catalogue } from "../../actions/catalogue/catalogue.ts";
import type { Action } from "../../actions/define-action.ts";
import type { Guide } from "../../actions/define-guide.ts";
import type { Grant } from "../../cluster/access-rules.ts";
import { resourceNameOf } from "./resource-paths.ts";

const changes: ReadonlySet<string> = new Set(["patch", "create", "delete"]);
const planning = "every plan";

/** What planning lists, whatever the action: the blast radius, who owns the replicas, pods that a rollout would wait for. */
const listedByPlans = ["Service", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Pod"];

/**
 * What the actor may do: the permissions that the actions of the catalogue name, `get` of whatever they touch (each step
 * looks at its object before and after), and what planning lists. Sorted nowhere; the same right may come up several times.
 */
export function actorGrants(actions: Iterable<Action | Guide> = Object.values(catalogue)): Grant[] {
  return [
    ...listedByPlans.map((kind) => ({ verb: "list", ...named(kind), why: planning })),
    ...[...actions].flatMap((action) => ("guide" in action ? [] : grantsOf(action))),
  ];
}

function grantsOf({ name, kinds, permissions }: Action): Grant[] {
  const touched = permissions.filter(({ verb }) => changes.has(verb));
  return [
    ...permissions.map(({ verb, group, resource }) => ({ verb, group, resource, why: name })),
    // The object of a subresource is read itself: `pods/eviction` is about a pod.
    ...touched.map(({ group, resource }) => ({
      verb: "get",
      group,
      resource: resource.split("/")[0] ?? resource,
      why: name,
    })),
    ...kinds.map((kind) => ({ verb: "get", ...named(kind), why: name })),
  ];
}

function named(kind: string): { readonly group: string; readonly resource: string } {
  const found = resourceNameOf(kind);
  // A kind that the adapter cannot address would be a right that nothing uses, or an action that never works.
  if (!found) throw new Error(`the actor has no path for objects of kind ${kind}`);
  return found;
}
