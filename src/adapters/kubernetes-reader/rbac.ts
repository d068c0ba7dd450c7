import type { Grant } from "../../cluster/access-rules.ts";
import { groupOf } from "../kubernetes-api/resource-path.ts";
import { eventKind, findKind, type WatchedKind, watchedKinds } from "./kinds.ts";

/** What a reader's role may never hold, not even to read. */
const forbidden: ReadonlySet<string> = new Set(["secrets"]);

function grantsOf({ apiVersion, plural }: WatchedKind, verbs: readonly string[], why: string): Grant[] {
  if (forbidden.has(plural)) throw new Error(`kubemend never reads ${plural}`);
  return verbs.map((verb) => ({ verb, group: groupOf(apiVersion), resource: plural, why }));
}

/** Everything the reader asks of the API but the kubelets' metrics: it can look, and has no verb that changes anything. */
export function readerGrants(): Grant[] {
  const revisions = findKind("ControllerRevision");
  return [
    ...[...watchedKinds, eventKind].flatMap((kind) => grantsOf(kind, ["get", "list", "watch"], "state of the cluster")),
    ...(revisions ? grantsOf(revisions, ["get", "list"], "earlier revisions of a workload") : []),
    { verb: "get", group: "", resource: "pods/log", why: "container logs" },
    { verb: "get", group: "", resource: "pods/proxy", why: "metrics and health of annotated pods" },
  ];
}

/**
 * CPU and memory of containers and how full volumes are, from each kubelet through the API server. Kept apart, because Kubernetes has no narrower
 * right for it and this one reaches all of the kubelet's API
 * (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes): with a
 * Prometheus it is not needed and can be left out.
 */
export function kubeletGrants(): Grant[] {
  return [
    {
      verb: "get",
      group: "",
      resource: "nodes/proxy",
      why: "CPU, memory and volumes of containers, without a Prometheus",
    },
  ];
}
