/** One right: a verb on a resource (`pods`) or a subresource (`pods/log`) of an API group ("" is the core group). */
export interface Grant {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** What it is for, in a few words; an operator reads it before he grants it. */
  readonly why: string;
}

/** A rule of a Role or ClusterRole. https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-v1/ */
export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** All verbs on one resource, with every reason. */
export interface ResourceAccess {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly why: readonly string[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Grants put together by resource, in an order that depends on nothing but the grants. */
export function accessByResource(grants: readonly Grant[]): ResourceAccess[] {
  const groups = Map.groupBy(grants, ({ group, resource }) => `${group}/${resource}`);
  return [...groups.values()]
    .flatMap((same) => {
      const [first] = same;
      if (!first) return [];
      const { group, resource } = first;
      const verbs = [...new Set(same.map(({ verb }) => verb))].toSorted(byText);
      const why = [...new Set(same.map((grant) => grant.why))].toSorted(byText);
      return [{ group, resource, verbs, why }];
    })
    .toSorted((a, b) => byText(a.group, b.group) || byText(a.resource, b.resource));
}

/** The fewest rules that allow exactly these grants: resources of one group with the same verbs share one. */
export function accessRules(grants: readonly Grant[]): AccessRule[] {
  const alike = Map.groupBy(accessByResource(grants), ({ group, verbs }) => `${group} ${verbs.join(",")}`);
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    return [{ apiGroups: [first.group], resources: same.map(({ resource }) => resource), verbs: first.verbs }];
  });
}
