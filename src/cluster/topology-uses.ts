import { makeRef, type ObjectRef, refKey } from "../incident/object-ref.ts";
import { claimsOf } from "./kinds/storage.ts";
import { asKind, type Pod, type PodSpec } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";
import { type Rights, readRights } from "./topology-rights.ts";
import type { Use } from "./use.ts";
import { podSpecOf } from "./workload.ts";

/** ConfigMaps, Secrets, claims and the ServiceAccount that a pod spec names. */
export function usesOfSpec(spec: PodSpec, namespace: string | undefined): readonly Use[] {
  const uses: Use[] = [];
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { name, valueFrom } of container.env ?? []) {
      for (const [kind, from] of [
        ["ConfigMap", valueFrom?.configMapKeyRef],
        ["Secret", valueFrom?.secretKeyRef],
      ] as const) {
        if (from?.name) {
          uses.push({
            ref: makeRef(kind, namespace, from.name),
            how: "env",
            key: from.key,
            container: container.name,
            variable: name,
            optional: from.optional ?? false,
          });
        }
      }
    }
    for (const from of container.envFrom ?? []) {
      for (const [kind, source] of [
        ["ConfigMap", from.configMapRef],
        ["Secret", from.secretRef],
      ] as const) {
        if (source?.name)
          uses.push({
            ref: makeRef(kind, namespace, source.name),
            how: "envFrom",
            container: container.name,
            optional: source.optional ?? false,
          });
      }
    }
  }
  for (const volume of spec.volumes ?? []) {
    const configMap = volume.configMap;
    if (configMap?.name)
      uses.push({
        ref: makeRef("ConfigMap", namespace, configMap.name),
        how: "volume",
        optional: configMap.optional ?? false,
      });
    const secret = volume.secret;
    if (secret?.secretName)
      uses.push({
        ref: makeRef("Secret", namespace, secret.secretName),
        how: "volume",
        optional: secret.optional ?? false,
      });
    for (const source of volume.projected?.sources ?? []) {
      for (const [kind, from] of [
        ["ConfigMap", source.configMap],
        ["Secret", source.secret],
      ] as const) {
        // Every pod gets this one with its token; a controller makes it, and makes it again.
        if (from?.name && from.name !== "kube-root-ca.crt")
          uses.push({
            ref: makeRef(kind, namespace, from.name),
            how: "volume",
            optional: from.optional ?? false,
          });
      }
    }
    const claim = volume.persistentVolumeClaim;
    if (claim)
      uses.push({ ref: makeRef("PersistentVolumeClaim", namespace, claim.claimName), how: "volume", optional: false });
  }
  for (const { name } of spec.imagePullSecrets ?? []) {
    if (name) uses.push({ ref: makeRef("Secret", namespace, name), how: "image-pull", optional: false });
  }
  uses.push({
    ref: makeRef("ServiceAccount", namespace, spec.serviceAccountName ?? "default"),
    how: "identity",
    optional: false,
  });
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
