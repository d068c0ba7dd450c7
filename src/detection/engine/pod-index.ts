import type { Pod } from "../../cluster/kubernetes-types.ts";
import { matchesLabels } from "../../cluster/selector.ts";

type Find = (namespace: string | undefined, selector: Readonly<Record<string, string>>) => readonly Pod[];

/** Finds pods by selector without asking every pod about every Service. Built when first asked. */
export function createPodIndex(pods: readonly Pod[]): Find {
  let index: Map<string, Pod[]> | undefined;
  const build = () => {
    const built = new Map<string, Pod[]>();
    for (const pod of pods) {
      for (const [label, value] of Object.entries(pod.metadata.labels ?? {})) {
        const key = `${pod.metadata.namespace}\u0000${label}\u0000${value}`;
        const list = built.get(key);
        if (list) list.push(pod);
        else built.set(key, [pod]);
      }
    }
    return built;
  };
  return (namespace, selector) => {
    index ??= build();
    let shortest: readonly Pod[] | undefined;
    for (const [label, value] of Object.entries(selector)) {
      const list = index.get(`${namespace}\u0000${label}\u0000${value}`) ?? [];
      if (!shortest || list.length < shortest.length) shortest = list;
    }
    return (shortest ?? []).filter((pod) => matchesLabels(selector, pod.metadata.labels));
  };
}
