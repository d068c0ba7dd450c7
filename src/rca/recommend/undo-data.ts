import { asKind } from "../../cluster/kubernetes-types.ts";
import { isWholeValue } from "../../cluster/light-config.ts";
import { isRolloutKind } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import { type Change, fieldsOf } from "../gather/changes.ts";
import { type Fix, fix } from "./fix.ts";

/** Whose data to put back: all that has changed, or one key; and which workloads must start again to read it. */
export interface DataUndo {
  readonly key?: string;
  readonly restart?: readonly ObjectRef[];
}

/** Steps for a person: kubemend never reads values of secrets. */
function undoSecret({ ref }: Change, { key, restart = [] }: DataUndo): Fix {
  return fix(
    "restore-secret",
    ref,
    {
      ...(key ? { keys: [key] } : {}),
      steps: [
        `Put the earlier value of ${key ? `key ${key}` : "the changed keys"} back into Secret ${ref.name} from your vault or backup (kubemend never reads values of secrets).`,
        ...restart.map(
          ({ kind, namespace, name }) =>
            `Restart ${kind} ${name} so that it reads the value again: kubectl -n ${namespace} rollout restart ${kind.toLowerCase()}/${name}`,
        ),
      ],
    },
    "the Secret must hold what it held before",
  );
}

function undoConfigMap(open: Case, change: Change, { key, restart = [] }: DataUndo): readonly Fix[] {
  if (!open.observation.objects.get("ConfigMap", change.ref.namespace, change.ref.name)) return [];
  const before = asKind(change.before, "ConfigMap")?.data ?? {};
  const after = asKind(change.after, "ConfigMap")?.data ?? {};
  const keys = fieldsOf(change, "data")
    .map((field) => field.name ?? "")
    .filter((name) => name !== "" && (key === undefined || name === key));
  const names = restart
    .filter(({ kind }) => isRolloutKind(kind))
    .map(({ kind, name }) => (kind === "Deployment" ? name : `${kind.toLowerCase()}/${name}`));
  return (
    keys
      // Nobody has the whole of a value that was cut: what is put back must be what was there.
      .filter((name) => before[name] !== after[name] && isWholeValue(change.before, name))
      .map((name) =>
        fix(
          "patch-config",
          change.ref,
          { key: name, value: before[name] ?? null, ...(names.length > 0 ? { restart: names } : {}) },
          `puts ${name} back to ${before[name] ?? "being absent"}${names.length > 0 ? ` and restarts ${names.join(", ")}` : ""}`,
        ),
      )
  );
}

/** The data of a ConfigMap or Secret as it was before a change. */
export function undoData(open: Case, change: Change, undo: DataUndo): readonly Fix[] {
  return change.ref.kind === "Secret" ? [undoSecret(change, undo)] : undoConfigMap(open, change, undo);
}
