import type { ObjectRef } from "../../incident/object-ref.ts";
import type { CandidateFacts } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { fieldsOf } from "../gather/changes.ts";
import type { FieldChange } from "../gather/field-diff.ts";
import { fieldName } from "../gather/field-words.ts";

/** A configuration value of a workload that was changed, wherever it is kept. */
export interface ConfigChange {
  readonly change: Change;
  readonly field: FieldChange;
  /** ConfigMap, Secret, or the workload when the value stands in its template. */
  readonly carrier: ObjectRef;
  readonly workload: ObjectRef;
  /** The container that reads it, when one does. */
  readonly container?: string;
  /** False while no pod has started since and no volume delivers it. */
  readonly effective: boolean;
  /** When the first process can have read it (unix ms). */
  readonly effectiveAt: number;
}

/** Environment, mounted and referenced configuration of a workload that changed recently, newest first. */
export function configChangesOf(open: Case, workload: ObjectRef): readonly ConfigChange[] {
  const found: ConfigChange[] = [];
  for (const change of open.changesOf(workload, "env")) {
    for (const field of fieldsOf(change, "env")) {
      found.push({
        change,
        field,
        carrier: workload,
        workload,
        effective: true,
        effectiveAt: change.at,
        ...(field.container ? { container: field.container } : {}),
      });
    }
  }
  const startedAt = (at: number): number | undefined => {
    const starts = open
      .podsOf(workload)
      .flatMap((pod) => [
        ...(pod.createdAt >= at - 2_000 ? [pod.createdAt] : []),
        ...pod.containers.flatMap(({ lastExit }) =>
          lastExit && lastExit.finishedAt > at ? [lastExit.finishedAt] : [],
        ),
      ]);
    return starts.length > 0 ? Math.min(...starts) : undefined;
  };
  const seen = new Set<string>();
  for (const use of open.topology.usesOf(workload)) {
    if (use.ref.kind !== "ConfigMap" && use.ref.kind !== "Secret") continue;
    for (const change of open.changesOf(use.ref, "data")) {
      for (const field of fieldsOf(change, "data")) {
        if (use.key !== undefined && field.name !== undefined && use.key !== field.name) continue;
        const id = `${use.ref.kind}/${use.ref.name}/${field.path}/${change.at}/${field.after}`;
        if (seen.has(id)) continue;
        seen.add(id);
        const delivered = use.how === "volume" || use.how === "api" ? change.at : undefined;
        const effectiveAt = startedAt(change.at) ?? delivered;
        found.push({
          change,
          field,
          carrier: use.ref,
          workload,
          effective: effectiveAt !== undefined,
          effectiveAt: effectiveAt ?? change.at,
          ...(use.container ? { container: use.container } : {}),
        });
      }
    }
  }
  return found.reverse().sort((a, b) => b.change.at - a.change.at);
}

/** `DB_POOL_SIZE of ConfigMap carts-config was changed from 8 to 1`. */
export function describeConfigChange({ field, carrier }: ConfigChange): string {
  const what = `${field.name ?? fieldName(field)} of ${carrier.kind} ${carrier.name}`;
  if (field.before === undefined) return `${what} was set to ${field.after}`;
  return field.after === undefined
    ? `${what} was removed (it was ${field.before})`
    : `${what} was changed from ${field.before} to ${field.after}`;
}

/** Where the value stands, for who has to set it again: a variable of the workload, or a key of the object that carries it. */
export function placeOfSetting({ carrier, workload, container, field }: ConfigChange): Partial<CandidateFacts> {
  return {
    ...(container ? { container } : {}),
    ...(carrier.kind === workload.kind ? { variable: field.name ?? "" } : { key: field.name ?? "" }),
  };
}
