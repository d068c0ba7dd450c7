import { asKind, asWorkload, isKind, type KubeObject, type LabelSelector } from "../../cluster/kubernetes-types.ts";
import { own } from "../../lib/own.ts";
import type { KubernetesReader } from "../kubernetes-reader/create-kubernetes-reader.ts";

const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** As a list is asked for it; undefined for one that selects everything, which no workload may have. */
function textOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string | undefined {
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.flatMap(
      ({ key, operator, values = [] }) => own(operators, operator)?.(key, values.join(",")) ?? [],
    ),
  ];
  return terms.length > 0 ? terms.join(",") : undefined;
}

/** Runs of a CronJob whose pods are looked at, the newest. */
const maxRuns = 3;

/** What selects the pods of a workload, of a Job, or of the last runs of a CronJob, which has no selector of its own. */
export async function podSelector(
  object: KubeObject | undefined,
  reader: Pick<KubernetesReader, "list">,
): Promise<string | undefined> {
  if (!isKind(object, "CronJob")) {
    const selector = (asWorkload(object) ?? asKind(object, "Job"))?.spec.selector;
    return selector && textOf(selector);
  }
  const { name, namespace } = object.metadata;
  if (!namespace) return undefined;
  const runs = (await reader.list("Job", { namespace }))
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.kind === "CronJob" && owner.name === name),
    )
    .sort((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""))
    .slice(0, maxRuns);
  return runs.length > 0 ? `job-name in (${runs.map(({ metadata }) => metadata.name).join(",")})` : undefined;
}
