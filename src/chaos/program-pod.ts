import { readFileSync } from "node:fs";
import type { Grant } from "../cluster/access-rules.ts";
import { siblingModule } from "../lib/sibling-module.ts";
import type { Change } from "./change.ts";
import { coreGrants } from "./methods/grants.ts";
import { runLabel, type Scope } from "./scope.ts";

export interface ProgramPod {
  readonly program: "proxy" | "load" | "burn";
  readonly namespace: string;
  /** Ends the names: `kubemend-chaos-12-proxy-payment`. */
  readonly suffix: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly nodeName?: string;
  readonly cpuLimit?: string;
}

/** What the pods of our own programs need. */
export function programGrants(method: string): readonly Grant[] {
  return [
    ...coreGrants(method, "pods", ["get", "create", "delete"]),
    ...coreGrants(method, "configmaps", ["get", "create", "delete"]),
  ];
}

/** From source it is TypeScript, whose types Node strips; from a build it is JavaScript. `.m`: a module wherever it lies. */
function programFile(name: ProgramPod["program"]): { readonly name: string; readonly text: string } {
  const url = siblingModule(import.meta.url, `./programs/${name}`);
  return { name: url.pathname.endsWith(".ts") ? "program.mts" : "program.mjs", text: readFileSync(url, "utf8") };
}

/** Names of objects end at 63 characters, because they become labels. */
export function chaosName(scope: Scope, suffix: string): string {
  return `kubemend-chaos-${scope.run}-${suffix}`.slice(0, 63).replace(/[^a-z0-9]+$/, "");
}

/** A ConfigMap with the program and a pod that runs it, under the strictest pod security profile. Removed afterwards. */
export function programPod(spec: ProgramPod, scope: Scope): readonly Change[] {
  const { namespace, env, ports = [], nodeName } = spec;
  const name = chaosName(scope, spec.suffix);
  const file = programFile(spec.program);
  const labels = { [runLabel]: scope.run, "app.kubernetes.io/managed-by": "kubemend-chaos" };
  const [port] = ports;
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { ...labels, ...spec.labels } },
    spec: {
      restartPolicy: "Never",
      // However kubemend ends, the pod ends: at most five minutes after the experiment's time.
      activeDeadlineSeconds: Math.ceil(scope.durationMs / 1_000) + 300,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(nodeName ? { nodeName } : {}),
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: spec.program,
          image: scope.image,
          command: ["node", `/chaos/${file.name}`],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          ...(ports.length > 0 ? { ports } : {}),
          ...(port
            ? { readinessProbe: { tcpSocket: { port: port.containerPort }, periodSeconds: 1, timeoutSeconds: 1 } }
            : {}),
          resources: {
            requests: { cpu: "10m", memory: "64Mi" },
            limits: { memory: "192Mi", ...(spec.cpuLimit ? { cpu: spec.cpuLimit } : {}) },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "program", mountPath: "/chaos", readOnly: true }],
        },
      ],
      volumes: [{ name: "program", configMap: { name } }],
    },
  };
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels },
    data: { [file.name]: file.text },
  };
  return [
    {
      type: "create",
      target: { apiVersion: "v1", kind: "ConfigMap", namespace, name },
      object: configMap,
      awaitReady: false,
      what: `the program of the ${spec.program} pod`,
    },
    {
      type: "create",
      target: { apiVersion: "v1", kind: "Pod", namespace, name },
      object: pod,
      awaitReady: true,
      what: `a ${spec.program} pod${nodeName ? ` on ${nodeName}` : ""}`,
    },
  ];
}
