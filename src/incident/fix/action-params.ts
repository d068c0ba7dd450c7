import { z } from "zod";
import type { ActionCode } from "../action-code.ts";

/** As the API writes them: `250m`, `1Gi`, `5e3`. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = z.string().regex(/^\d+(\.\d+)?(e\d{1,2}|[numkMGTPE]|[KMGTPE]i)?$/, "not a Kubernetes quantity");
const resourceList = z.strictObject({
  cpu: quantity.optional(),
  memory: quantity.optional(),
  "ephemeral-storage": quantity.optional(),
});
const port = z.union([z.int().min(1).max(65_535), z.string().regex(/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/)]);
const containerName = z.string().min(1).max(253);
const none = z.strictObject({});

/** A probe as it stands in a pod template; it replaces the whole probe, handler included. */
export const probeSchema = z.strictObject({
  httpGet: z
    .strictObject({
      path: z.string().max(2_000).optional(),
      port,
      scheme: z.enum(["HTTP", "HTTPS"]).optional(),
      host: z.string().optional(),
      httpHeaders: z
        .array(z.strictObject({ name: z.string().min(1).max(253), value: z.string().max(4_096) }))
        .max(20)
        .optional(),
    })
    .optional(),
  tcpSocket: z.strictObject({ port, host: z.string().optional() }).optional(),
  exec: z.strictObject({ command: z.array(z.string()).max(50) }).optional(),
  grpc: z.strictObject({ port: z.int().min(1).max(65_535), service: z.string().optional() }).optional(),
  initialDelaySeconds: z.int().min(0).optional(),
  periodSeconds: z.int().min(1).optional(),
  timeoutSeconds: z.int().min(1).optional(),
  successThreshold: z.int().min(1).optional(),
  failureThreshold: z.int().min(1).optional(),
  /** In place of the pod's, for a container that the probe ends. */
  terminationGracePeriodSeconds: z.int().min(1).optional(),
});

/** Parameters of each action: the one contract between who recommends, who plans and who shows. */
export const actionParams = {
  /** `toRevision`: value of the ReplicaSet's (ControllerRevision's) revision to go back to; absent means the one before. */
  "rollback-deployment": z.strictObject({ toRevision: z.int().min(1).optional() }),
  restart: none,
  "pause-rollout": none,
  "resume-rollout": none,
  scale: z.strictObject({ replicas: z.int().min(0).max(1_000) }),
  "patch-resources": z.strictObject({
    container: containerName,
    requests: resourceList.optional(),
    limits: resourceList.optional(),
  }),
  /** `value` null removes the probe. */
  "patch-probe": z.strictObject({
    container: containerName,
    probe: z.enum(["liveness", "readiness", "startup"]),
    value: probeSchema.nullable(),
  }),
  "set-image": z.strictObject({ container: containerName, image: z.string().min(1).max(1_000) }),
  /** `value` null removes the variable. */
  "set-env": z.strictObject({
    container: containerName,
    name: z.string().min(1).max(253),
    value: z.string().max(32_768).nullable(),
  }),
  /** Target is the ConfigMap; `value` null removes the key; `restart` names the workloads that must read it again. */
  "patch-config": z.strictObject({
    key: z.string().min(1).max(253),
    value: z.string().max(262_144).nullable(),
    restart: z.array(z.string()).max(20).optional(),
  }),
  /** The whole selector as it shall be. */
  "patch-selector": z.strictObject({ selector: z.record(z.string(), z.string()) }),
  /** `port` is the Service port number whose targetPort changes; `protocol` tells ports of one number apart. */
  "patch-service-port": z.strictObject({
    port: z.int().min(1).max(65_535),
    protocol: z.enum(["TCP", "UDP", "SCTP"]).optional(),
    targetPort: port,
  }),
  "patch-quota": z.strictObject({ hard: z.record(z.string(), quantity) }),
  "patch-hpa": z.strictObject({
    minReplicas: z.int().min(1).optional(),
    maxReplicas: z.int().min(1).max(1_000).optional(),
  }),
  "create-hpa": z.strictObject({
    minReplicas: z.int().min(1),
    maxReplicas: z.int().min(1).max(1_000),
    cpuPercent: z.int().min(1).max(100),
  }),
  "delete-pod": none,
  "evict-pod": none,
  "delete-job": none,
  "rerun-job": none,
  "suspend-cronjob": none,
  "resume-cronjob": none,
  cordon: none,
  uncordon: none,
  drain: none,
  "remove-finalizer": z.strictObject({ finalizer: z.string().min(1) }),
  "expand-volume": z.strictObject({ storage: quantity }),
  /** The whole list of rules as it shall be. */
  "patch-role": z.strictObject({ rules: z.array(z.record(z.string(), z.array(z.string()))).max(100) }),
  /** Values of secrets are never known to kubemend: steps for a person. */
  "restore-secret": z.strictObject({
    keys: z.array(z.string()).max(100).optional(),
    steps: z.array(z.string()).max(20),
  }),
  "soft-heal": none,
  "free-patch": z.strictObject({ patch: z.record(z.string(), z.unknown()) }),
  guide: z.strictObject({ steps: z.array(z.string()).min(1).max(20) }),
  none,
} as const satisfies Record<ActionCode, z.ZodType>;

export type ActionParams<A extends ActionCode> = z.infer<(typeof actionParams)[A]>;
