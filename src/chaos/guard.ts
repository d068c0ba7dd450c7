import type { KubeObject } from "../cluster/kubernetes-types.ts";

const allowedLabel = "kubemend.dev/chaos";

/** Where experiments never run, whatever the labels say. */
const neverNamespaces = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** Why experiments may not touch this namespace, of whatever cluster; undefined when its owner decides. */
export function kubernetesOwn(name: string): string | undefined {
  return neverNamespaces.has(name) ? `${name} belongs to Kubernetes itself; no experiment runs there` : undefined;
}

/**
 * Why experiments may not touch this namespace; undefined when they may. `ours`: where kubemend itself runs. Pure.
 */
export function namespaceRefusal(
  name: string,
  namespace: KubeObject | undefined,
  ours: readonly string[],
): string | undefined {
  const own = kubernetesOwn(name);
  if (own) return own;
  if (ours.includes(name)) return `kubemend itself runs in ${name}; no experiment runs there`;
  if (!namespace) return `there is no namespace ${name}`;
  const { labels } = namespace.metadata;
  if (labels?.["app.kubernetes.io/part-of"] === "kubemend")
    return `kubemend itself runs in ${name}; no experiment runs there`;
  if (labels?.[allowedLabel] !== "allowed")
    return `the namespace ${name} does not allow experiments; its owner does by: kubectl label namespace ${name} ${allowedLabel}=allowed`;
  return undefined;
}
