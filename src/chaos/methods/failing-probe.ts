import { z } from "zod";
import type { Container, Probe } from "../../cluster/kubernetes-types.ts";
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

/** The same probe asking for something that is not there. A port nobody listens on, where nothing better is known. */
function failing(probe: Probe | undefined, container: Container): Probe {
  if (probe?.httpGet) return { ...probe, httpGet: { ...probe.httpGet, path: "/kubemend-chaos-no-such-page" } };
  if (probe?.exec) return { ...probe, exec: { command: ["false"] } };
  const { tcpSocket: _tcp, grpc: _grpc, ...timing } = probe ?? { periodSeconds: 5, failureThreshold: 2 };
  const taken = new Set(container.ports?.map(({ containerPort }) => containerPort));
  const free = [9, 19, 29].find((port) => !taken.has(port)) ?? 39;
  return { ...timing, tcpSocket: { port: free } };
}

/** Makes a liveness probe kill, or a readiness probe shut out, a healthy container. */
export const failingProbe: Method<z.infer<typeof failingProbeStep>> = {
  kinds: ["Deployment", "StatefulSet", "DaemonSet"],
  permissions: workloadGrants("failing-probe"),
  plan: ({ target, container: name, probe }, scope, snapshot) =>
    eachWorkload(target, scope, snapshot, (workload) => {
      const container = containerOf(workload, name);
      if (typeof container === "string") return container;
      const field = probe === "liveness" ? "livenessProbe" : "readinessProbe";
      return setFields(workload, `${probe} probe of ${container.name} asks for what is not there`, [
        { path: inContainer(container, field), value: failing(container[field], container) },
      ]);
    }),
};
