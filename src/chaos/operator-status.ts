import type { KubeObject } from "../cluster/kubernetes-types.ts";
import { untilToken } from "../lib/until-token.ts";
import { type Change, targetText } from "./change.ts";
import type { ChaosCluster } from "./cluster-port.ts";
import { chaosMeshKinds } from "./methods/chaos-mesh.ts";
import { litmusKind } from "./methods/litmus.ts";

interface ChaosMeshStatus {
  readonly conditions?: readonly { type?: string; status?: string; reason?: string }[];
  readonly experiment?: {
    readonly containerRecords?: readonly {
      readonly id?: string;
      readonly phase?: string;
      readonly events?: readonly { operation?: string; type?: string; message?: string }[];
    }[];
  };
}

/** Why an operator could not make its fault; undefined while it is at it, or has made it. Pure. */
export function failureIn(object: KubeObject): string | undefined {
  if (object.kind === litmusKind) {
    const { experiments = [] } = (object.status ?? {}) as {
      experiments?: readonly { name?: string; status?: string; verdict?: string }[];
    };
    const failed = experiments.find(({ verdict }) => verdict === "Error" || verdict === "Stopped");
    return failed && `Litmus could not make ${failed.name ?? "it"} (verdict ${failed.verdict})`;
  }
  if (chaosMeshKinds.some((kind) => kind === object.kind)) {
    const { conditions = [], experiment } = (object.status ?? {}) as ChaosMeshStatus;
    const selected = conditions.find(({ type }) => type === "Selected");
    if (selected?.status === "False")
      return `Chaos Mesh selected no pod${selected.reason ? ` (${selected.reason})` : ""}`;
    for (const { id, phase, events = [] } of experiment?.containerRecords ?? []) {
      const last = events.at(-1);
      if (phase !== "Injected" && last?.operation === "Apply" && last.type === "Failed")
        return `Chaos Mesh could not make it in ${id ?? "a pod"}${last.message ? `: ${untilToken(last.message, 200)}` : ""}`;
    }
    return undefined;
  }
  return undefined;
}

/** Looks at what operators say of the resources that a run made. */
export async function operatorFailure(cluster: ChaosCluster, changes: readonly Change[]): Promise<string | undefined> {
  for (const { type, target } of changes) {
    if (type !== "create" || !target.apiVersion.includes(".")) continue;
    if (target.kind !== litmusKind && !chaosMeshKinds.some((kind) => kind === target.kind)) continue;
    const found = await cluster.get(target);
    if (found.type === "gone") return `${targetText(target)} has been deleted by somebody else`;
    const failure = found.type === "found" ? failureIn(found.object) : undefined;
    if (failure) return failure;
  }
  return undefined;
}
