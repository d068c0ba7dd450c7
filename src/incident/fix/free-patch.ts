import { z } from "zod";

const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, "not a Kubernetes quantity");
const amounts = z.strictObject({
  cpu: quantity.optional(),
  memory: quantity.optional(),
  "ephemeral-storage": quantity.optional(),
});
const port = z.union([z.int().min(1).max(65_535), z.string().regex(/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/)]);
const seconds = z.int().min(0).max(86_400);
const times = z.int().min(1).max(1_000);

/** Only ports of the container itself are asked: no command is run in it, and no other host. */
const probe = z.strictObject({
  httpGet: z
    .strictObject({
      path: z.string().startsWith("/").max(2_000).optional(),
      port,
      scheme: z.enum(["HTTP", "HTTPS"]).optional(),
    })
    .optional(),
  tcpSocket: z.strictObject({ port }).optional(),
  grpc: z.strictObject({ port: z.int().min(1).max(65_535) }).optional(),
  initialDelaySeconds: seconds.optional(),
  periodSeconds: times.optional(),
  timeoutSeconds: times.optional(),
  successThreshold: times.optional(),
  failureThreshold: times.optional(),
});

const container = z.strictObject({
  name: z.string().min(1).max(253),
  resources: z.strictObject({ requests: amounts.optional(), limits: amounts.optional() }).optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
  terminationMessagePolicy: z.enum(["File", "FallbackToLogsOnError"]).optional(),
});

/** Nodes of the control plane are nobody's place to move a workload to. */
const controlPlane = /^node-role\.kubernetes\.io\//;
const labelKey = z
  .string()
  .min(1)
  .max(317)
  .refine((key) => !controlPlane.test(key), "nodes of the control plane are out of reach");
const toleration = z.strictObject({
  key: labelKey,
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: z.string().max(63).optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: seconds.optional(),
});
const shape = z.record(z.string(), z.unknown());

const podSpec = z.strictObject({
  terminationGracePeriodSeconds: seconds.optional(),
  dnsPolicy: z.enum(["ClusterFirst", "Default"]).optional(),
  nodeSelector: z.record(labelKey, z.string().max(63).nullable()).optional(),
  tolerations: z.array(toleration).max(20).optional(),
  affinity: shape.nullable().optional(),
  topologySpreadConstraints: z.array(shape).max(10).optional(),
  containers: z.array(container).min(1).max(20).optional(),
  initContainers: z.array(container).min(1).max(20).optional(),
});
const template = z.strictObject({ spec: podSpec });
const rolling = z.strictObject({
  type: z.enum(["RollingUpdate", "Recreate", "OnDelete"]).optional(),
  rollingUpdate: z
    .strictObject({
      maxSurge: z.union([z.int().min(0), z.string().regex(/^\d{1,3}%$/)]).optional(),
      maxUnavailable: z.union([z.int().min(0), z.string().regex(/^\d{1,3}%$/)]).optional(),
      partition: z.int().min(0).optional(),
    })
    .nullable()
    .optional(),
});

const workloadSpec = z.strictObject({
  minReadySeconds: seconds.optional(),
  progressDeadlineSeconds: z.int().min(1).max(86_400).optional(),
  revisionHistoryLimit: z.int().min(1).max(100).optional(),
  strategy: rolling.optional(),
  updateStrategy: rolling.optional(),
  template: template.optional(),
});
const cronJobSpec = z.strictObject({
  concurrencyPolicy: z.enum(["Allow", "Forbid", "Replace"]).optional(),
  startingDeadlineSeconds: z.int().min(10).max(604_800).optional(),
  successfulJobsHistoryLimit: z.int().min(0).max(100).optional(),
  failedJobsHistoryLimit: z.int().min(0).max(100).optional(),
  jobTemplate: z
    .strictObject({
      spec: z.strictObject({
        backoffLimit: z.int().min(0).max(100).optional(),
        activeDeadlineSeconds: z.int().min(1).max(604_800).optional(),
        template: template.optional(),
      }),
    })
    .optional(),
});

const schemas = {
  Deployment: z.strictObject({ spec: workloadSpec }),
  StatefulSet: z.strictObject({ spec: workloadSpec }),
  DaemonSet: z.strictObject({ spec: workloadSpec }),
  CronJob: z.strictObject({ spec: cronJobSpec }),
} as const;

/** Kinds that a free-form patch may change. */
export const freePatchKinds: readonly string[] = Object.keys(schemas);

const maxChars = 16_384;
const maxDepth = 20;

/** Directives of a strategic merge (`$patch`, `$retainKeys`, …) delete and replace more than a reader sees in the patch. */
function directiveIn(value: unknown, depth = 0): boolean {
  if (depth > maxDepth) return true;
  if (Array.isArray(value)) return value.some((item) => directiveIn(item, depth + 1));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, child]) => key.startsWith("$") || directiveIn(child, depth + 1));
}

export type FreePatchVerdict =
  | { readonly ok: true; readonly patch: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

/**
 * Judges a strategic merge patch that no action of the catalogue describes, such as a model's. What is not listed here is
 * refused. Left out on purpose: images, commands, environment, volumes, accounts, security contexts, labels, annotations and
 * references to Secrets, because each of them lets a patch run or read something that the workload could not before; and
 * priorities, which evict others.
 */
export function judgeFreePatch(kind: string, patch: unknown): FreePatchVerdict {
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind as keyof typeof schemas] : undefined;
  if (!schema) return { ok: false, problem: `a ${kind} may not be patched freely` };
  let text: string | undefined;
  try {
    text = JSON.stringify(patch);
  } catch {
    // Circular, or too deep to be walked: nothing that came as JSON is.
    return { ok: false, problem: "it is not JSON" };
  }
  if (text === undefined || text.length > maxChars)
    return { ok: false, problem: `it is longer than ${maxChars} characters` };
  if (directiveIn(patch)) return { ok: false, problem: "it holds directives of a merge ($…) or is nested too deeply" };
  const parsed = schema.safeParse(patch);
  if (parsed.success) return { ok: true, patch: parsed.data };
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.map(String).join(".");
    if (issue.code !== "unrecognized_keys") return `${path || "the patch"}: ${issue.message}`;
    return `${issue.keys.map((key) => (path ? `${path}.${key}` : key)).join(", ")} may not be changed`;
  });
  return { ok: false, problem: problems.join("; ").slice(0, 600) };
}
