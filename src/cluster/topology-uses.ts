import { makeRef, type ObjectRef, refKey } from "../incident/object-ref.ts";
import type { Volume } from "./kinds/pod.ts";
import { claimsOf } from "./kinds/storage.ts";
import { asKind, type Container, type Pod, type PodSpec } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";
import { type Rights, readRights } from "./topology-rights.ts";
import type { Use } from "./use.ts";
import { podSpecOf } from "./workload.ts";

/** Every pod gets this one with its token; a controller makes it, and makes it again. */
const madeForEveryPod = "kube-root-ca.crt";

interface Named {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
}

/** Notes the use of an object of this kind; nothing where no name is given. */
type Note = (kind: string, named: Named | undefined, use: Omit<Use, "ref" | "optional">) => void;

function noteContainer({ name: container, env, envFrom }: Container, note: Note): void {
  for (const { name: variable, valueFrom } of env ?? []) {
    const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
    if (configMapKeyRef)
      note("ConfigMap", configMapKeyRef, { how: "env", key: configMapKeyRef.key, container, variable });
    if (secretKeyRef) note("Secret", secretKeyRef, { how: "env", key: secretKeyRef.key, container, variable });
  }
  for (const { configMapRef, secretRef } of envFrom ?? []) {
    note("ConfigMap", configMapRef, { how: "envFrom", container });
    note("Secret", secretRef, { how: "envFrom", container });
  }
}

function noteVolume({ configMap, secret, projected, persistentVolumeClaim: claim }: Volume, note: Note): void {
  const how = "volume";
  note("ConfigMap", configMap, { how });
  note("Secret", { name: secret?.secretName, optional: secret?.optional }, { how });
  for (const source of projected?.sources ?? []) {
    if (source.configMap?.name !== madeForEveryPod) note("ConfigMap", source.configMap, { how });
    note("Secret", source.secret, { how });
  }
  note("PersistentVolumeClaim", { name: claim?.claimName }, { how });
}

/** ConfigMaps, Secrets, claims and the ServiceAccount that a pod spec names. */
export function usesOfSpec(spec: PodSpec, namespace: string | undefined): readonly Use[] {
  const uses: Use[] = [];
  const note: Note = (kind, named, use) => {
    if (!named?.name) return;
    uses.push({ ref: makeRef(kind, namespace, named.name), optional: named.optional ?? false, ...use });
  };
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) noteContainer(container, note);
  for (const volume of spec.volumes ?? []) noteVolume(volume, note);
  for (const secret of spec.imagePullSecrets ?? []) note("Secret", secret, { how: "image-pull" });
  note("ServiceAccount", { name: spec.serviceAccountName || "default" }, { how: "identity" });
  return uses;
}

/** Claims that are in no pod template: those made of the templates of a StatefulSet, and for ephemeral volumes. */
function ownClaims({ objects }: Observation, workload: ObjectRef, pods: readonly Pod[]): readonly Use[] {
  const names = new Set(pods.flatMap(claimsOf));
  const set = asKind(objects.find(workload)?.object, "StatefulSet");
  const stems = (set?.spec.volumeClaimTemplates ?? []).map(({ metadata }) => `${metadata.name}-${workload.name}-`);
  if (stems.length > 0)
    for (const { metadata } of objects.list("PersistentVolumeClaim", workload.namespace))
      if (stems.some((stem) => metadata.name.startsWith(stem) && /^\d+$/.test(metadata.name.slice(stem.length))))
        names.add(metadata.name);
  return [...names].map((name) => ({
    ref: makeRef("PersistentVolumeClaim", workload.namespace, name),
    how: "volume",
    optional: false,
  }));
}

/** Pods that name no pull secret get those of their account. */
function pullSecretsOf({ objects }: Observation, account: ObjectRef): readonly Use[] {
  const found = objects.find(account)?.object as
    | { readonly imagePullSecrets?: PodSpec["imagePullSecrets"] }
    | undefined;
  return (found?.imagePullSecrets ?? []).flatMap(({ name }) =>
    name ? [{ ref: makeRef("Secret", account.namespace, name), how: "image-pull", optional: false } as const] : [],
  );
}

/**
 * Everything a workload uses, its roles through bindings included, also as earlier versions of its template did, and the
 * claims of its pods.
 */
export function usesOfWorkload(
  observation: Observation,
  workload: ObjectRef,
  pods: readonly Pod[],
  rights: Rights = readRights(observation),
): readonly Use[] {
  const states = observation.objects.versions(workload).map((version) => version.object);
  const now = observation.objects.find(workload)?.object;
  const found = new Map<string, Use>();
  const add = (use: Use) => {
    const key = `${refKey(use.ref)}|${use.how}|${use.container ?? ""}|${use.variable ?? use.key ?? ""}`;
    if (!found.has(key)) found.set(key, use);
  };
  for (const state of now ? [now, ...states] : states) {
    const spec = podSpecOf(state);
    if (spec) for (const use of usesOfSpec(spec, workload.namespace)) add(use);
  }
  for (const use of ownClaims(observation, workload, pods)) add(use);
  const namesPullSecrets = [...found.values()].some(({ how }) => how === "image-pull");
  for (const use of [...found.values()]) {
    if (use.how !== "identity") continue;
    if (!namesPullSecrets) for (const pull of pullSecretsOf(observation, use.ref)) add(pull);
    for (const right of rights(workload.namespace, use.ref.name)) found.set(`${refKey(right.ref)}|${right.how}`, right);
  }
  return [...found.values()];
}
