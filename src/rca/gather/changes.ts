import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import { isRolloutKind, templateOf } from "../../cluster/workload.ts";
import { makeRef, type ObjectRef, refKey, refText } from "../../incident/object-ref.ts";
import { utcTime } from "../../lib/clock.ts";
import { isSecretName } from "../redact/find-secrets.ts";
import type { Finding } from "./evidence-book.ts";
import { diffFields, type FieldArea, type FieldChange } from "./field-diff.ts";
import { describeFields } from "./field-words.ts";

/** Somebody or something changed what an object asks for. */
export interface Change {
  readonly ref: ObjectRef;
  readonly at: number;
  readonly action: "created" | "modified" | "deleted";
  /** Empty when it was created or deleted. */
  readonly fields: readonly FieldChange[];
  readonly before?: KubeObject;
  readonly after: KubeObject;
}

// Written by controllers all the time, as a consequence of what their owners ask.
const derivedKinds = new Set(["Pod", "EndpointSlice", "Event", "Lease", "ControllerRevision", "PodDisruptionBudget"]);
const hiddenValue = "(hidden)";

/** Values of Secrets, and of variables and keys whose names say that they are secret, are never told. */
export function hideSecrets(object: Pick<KubeObject, "kind">, fields: readonly FieldChange[]): readonly FieldChange[] {
  const hidden = (field: FieldChange) =>
    object.kind === "Secret" ||
    ((field.area === "env" || field.area === "data") &&
      isSecretName(field.name ?? "") &&
      !field.path.includes("valueFrom"));
  return fields.map(({ said, ...field }) =>
    !hidden(field)
      ? { ...field, ...(said ? { said } : {}) }
      : {
          ...field,
          ...(field.before === undefined ? {} : { before: hiddenValue }),
          ...(field.after === undefined ? {} : { after: hiddenValue }),
        },
  );
}

/** The template of the revision before, for a rollout that happened before watching began. */
function rolloutsFromReplicaSets(observation: Observation, from: number, known: ReadonlySet<string>): Change[] {
  const found: Change[] = [];
  const families = new Map<string, KubeObject[]>();
  for (const replicaSet of observation.objects.list("ReplicaSet")) {
    const owner = replicaSet.metadata.ownerReferences?.find((reference) => reference.kind === "Deployment");
    if (!owner) continue;
    const key = refKey(makeRef("Deployment", replicaSet.metadata.namespace, owner.name));
    families.set(key, [...(families.get(key) ?? []), replicaSet]);
  }
  const revision = (object: KubeObject) =>
    Number(object.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);
  for (const [key, sets] of families) {
    if (known.has(key)) continue;
    sets.sort((a, b) => revision(b) - revision(a));
    const [newest, before] = sets;
    const at = Date.parse(newest?.metadata.creationTimestamp ?? "");
    if (!newest || !before || !(at >= from)) continue;
    const [, namespace, name] = key.split("/");
    const strip = (object: KubeObject) => {
      const template = templateOf(object);
      const { "pod-template-hash": _hash, ...labels } = template?.metadata?.labels ?? {};
      return { spec: { template: { ...template, metadata: { ...template?.metadata, labels } } } };
    };
    const fields = hideSecrets(newest, diffFields(strip(before), strip(newest)));
    if (fields.length > 0)
      found.push({
        ref: makeRef("Deployment", namespace, name ?? ""),
        at,
        action: "modified",
        fields,
        before,
        after: newest,
      });
  }
  return found;
}

/** What was changed with from <= at <= to, oldest first, without what controllers did in consequence. */
export function findChanges(observation: Observation, from: number, to: number): readonly Change[] {
  const found: Change[] = [];
  const rolledOut = new Set<string>();
  for (const { ref, before, version } of observation.objects.changes(from, to)) {
    const owned = (version.object.metadata.ownerReferences?.length ?? 0) > 0;
    if (derivedKinds.has(ref.kind) || (owned && (ref.kind === "ReplicaSet" || ref.kind === "Job"))) continue;
    if (version.change === "DELETED") {
      found.push({
        ref,
        at: version.at,
        action: "deleted",
        fields: [],
        ...(before ? { before } : {}),
        after: version.object,
      });
      continue;
    }
    if (!before) {
      found.push({ ref, at: version.at, action: "created", fields: [], after: version.object });
      continue;
    }
    let fields = hideSecrets(version.object, diffFields(before as never, version.object as never));
    // The values of a Secret are never read, so a write that shows no difference changed a value.
    if (
      fields.length === 0 &&
      ref.kind === "Secret" &&
      before.metadata.resourceVersion !== version.object.metadata.resourceVersion
    ) {
      fields = [{ path: "data", area: "data", before: hiddenValue, after: "(hidden, written again)" }];
    }
    if (fields.length === 0) continue;
    if (fields.some((field) => field.path.startsWith("spec.template"))) rolledOut.add(refKey(ref));
    found.push({ ref, at: version.at, action: "modified", fields, before, after: version.object });
  }
  found.push(...rolloutsFromReplicaSets(observation, from, rolledOut));
  return found.sort((a, b) => a.at - b.at);
}

/**
 * The fields of a change that lie in one of these areas, in the order of the change; empty for what was created or
 * deleted.
 */
export function fieldsOf(change: Change, ...areas: readonly FieldArea[]): readonly FieldChange[] {
  return change.fields.filter((field) => areas.includes(field.area));
}

/**
 * A sentence without a full stop. Secret values are hidden already; other values are raw and go through the redactor.
 */
export function describeChange(change: Change): string {
  if (change.action !== "modified") return `${refText(change.ref)} was ${change.action}`;
  return `${refText(change.ref)} changed: ${describeFields(change.fields, change.ref.name)}`;
}

const inNamespace = (ref: ObjectRef) => (ref.namespace ? `-n ${ref.namespace} ` : "");

/**
 * With the command that shows it. The revision is the one that a rollback would go to, where the object still tells it.
 */
export function changeFinding(change: Change): Finding {
  const { ref } = change;
  const rollout = change.fields.some((field) => field.path.includes("template")) && isRolloutKind(ref.kind);
  // A Deployment bears the number of before until its controller has seen the change; a ReplicaSet has its own from the beginning.
  const ofBefore = change.after.kind === "ReplicaSet" ? change.before : change.after;
  const revision = ofBefore?.metadata.annotations?.["deployment.kubernetes.io/revision"];
  return {
    source: "change",
    about: ref,
    query: rollout
      ? `kubectl ${inNamespace(ref)}rollout history ${ref.kind.toLowerCase()}/${ref.name}`
      : `kubectl ${inNamespace(ref)}get ${ref.kind.toLowerCase()} ${ref.name} -o yaml`,
    text: `${utcTime(change.at)}: ${describeChange(change)}${rollout && revision ? ` (revision before: ${Number(revision)})` : ""}`,
    at: change.at,
  };
}
