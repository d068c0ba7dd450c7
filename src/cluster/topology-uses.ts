import { makeRef, type ObjectRef, refKey } from "../incident/object-ref.ts";
import { own } from "../lib/own.ts";
import { asKind, type KubeObject, type PodSpec } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";
import { podSpecOf } from "./workload.ts";

/** One object that a workload's pods need, and how. `key` is the key of a ConfigMap or Secret when only that is used. */
export interface Use {
  readonly ref: ObjectRef;
  /** `api`: read through the API server, as its roles show. */
  readonly how: "env" | "envFrom" | "volume" | "image-pull" | "identity" | "rights" | "api";
  readonly key?: string;
  readonly container?: string;
  /** The environment variable that carries the value. */
  readonly variable?: string;
  readonly optional: boolean;
}

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

function bindingsFor(observation: Observation, namespace: string | undefined, account: string): readonly Use[] {
  const found: Use[] = [];
  const rows: KubeObject[] = [...observation.objects.list("RoleBinding", namespace)];
  // A deleted or changed binding is exactly what one looks for after a 403.
  for (const { object } of observation.objects.deleted("RoleBinding", namespace)) rows.push(object);
  for (const row of rows) {
    const ref = makeRef("RoleBinding", namespace, row.metadata.name);
    const states = [row, ...observation.objects.versions(ref).map((version) => version.object)];
    const bound = states
      .flatMap((state) => asKind(state, "RoleBinding") ?? [])
      .find(({ subjects }) =>
        subjects?.some(
          (subject) =>
            subject.kind === "ServiceAccount" &&
            subject.name === account &&
            (subject.namespace ?? namespace) === namespace,
        ),
      );
    if (!bound) continue;
    found.push({ ref, how: "rights", optional: false });
    if (bound.roleRef)
      found.push({
        ref: makeRef(bound.roleRef.kind, bound.roleRef.kind === "Role" ? namespace : undefined, bound.roleRef.name),
        how: "rights",
        optional: false,
      });
  }
  return found;
}

const readThroughApi: Readonly<Record<string, string>> = { configmaps: "ConfigMap", secrets: "Secret" };

/** ConfigMaps and Secrets that a role allows by name, now or before. */
function namedInRole(observation: Observation, role: ObjectRef): readonly Use[] {
  const states = [
    observation.objects.find(role)?.object,
    ...observation.objects.versions(role).map((version) => version.object),
  ];
  return states.flatMap((state) =>
    (asKind(state, "Role")?.rules ?? []).flatMap((rule) =>
      (rule.resources ?? []).flatMap((resource) => {
        const kind = own(readThroughApi, resource);
        return kind
          ? (rule.resourceNames ?? []).map(
              (name): Use => ({ ref: makeRef(kind, role.namespace, name), how: "api", optional: false }),
            )
          : [];
      }),
    ),
  );
}

/** Everything a workload uses, its roles through bindings included, also as earlier versions of its template did. */
export function usesOfWorkload(observation: Observation, workload: ObjectRef): readonly Use[] {
  const states = observation.objects.versions(workload).map((version) => version.object);
  const now = observation.objects.find(workload)?.object;
  const found = new Map<string, Use>();
  for (const state of now ? [now, ...states] : states) {
    const spec = podSpecOf(state);
    if (!spec) continue;
    for (const use of usesOfSpec(spec, workload.namespace)) {
      const key = `${refKey(use.ref)}|${use.how}|${use.container ?? ""}|${use.variable ?? use.key ?? ""}`;
      if (!found.has(key)) found.set(key, use);
    }
  }
  for (const use of [...found.values()]) {
    if (use.how !== "identity") continue;
    for (const right of bindingsFor(observation, workload.namespace, use.ref.name)) {
      found.set(`${refKey(right.ref)}|rights`, right);
      if (right.ref.kind !== "Role") continue;
      for (const read of namedInRole(observation, right.ref)) found.set(`${refKey(read.ref)}|api`, read);
    }
  }
  return [...found.values()];
}
