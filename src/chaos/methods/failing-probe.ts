import { z } from "zod";
import type { Container, Probe } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Method } from "../scope.ts";
import { containerOf, inContainer, setFields } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";
import { workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

export const failingProbeStep = z.strictObject({
  method: z.literal("failing-probe"),
  target: workloadTarget,
  container: z.string().min(1).optional(),
  probe: z.enum(["liveness", "readiness"]),
});

/** Of services that nobody has run for decades. */
const candidates = [9, 19, 29];
const lastCandidate = 39;

/**
 * The same probe at a port that nobody listens on. A page that does not exist would be no fault where a program answers every
 * page, and a command that fails none where the kubelet finds no such command: it throws such answers away.
 */
function failing(probe: Probe | undefined, containers: readonly Container[]): Probe {
  const taken = new Set(containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)));
  const port = candidates.find((one) => !taken.has(one)) ?? lastCandidate;
  if (probe?.httpGet) return { ...probe, httpGet: { ...probe.httpGet, port } };
  const { tcpSocket: _tcp, grpc: _grpc, exec: _exec, ...timing } = probe ?? { periodSeconds: 5, failureThreshold: 2 };
  return { ...timing, tcpSocket: { port } };
}

/** Makes a liveness probe kill, or a readiness probe shut out, a healthy container. */
export const failingProbe: Method<z.infer<typeof failingProbeStep>> = {
  kinds: rolloutKinds,
  permissions: workloadGrants("failing-probe"),
  plan: ({ target, container: name, probe }, scope, snapshot) =>
    eachWorkload(target, scope, snapshot, (workload) => {
      const container = containerOf(workload, name);
      if (typeof container === "string") return container;
      const field = probe === "liveness" ? "livenessProbe" : "readinessProbe";
      return setFields(workload, `${probe} probe of ${container.name} asks a port that nobody listens on`, [
        {
          path: inContainer(container, field),
          value: failing(container[field], workload.spec.template.spec.containers),
        },
      ]);
    }),
};
