import { z } from "zod";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Change } from "../change.ts";
import { chaosName, programGrants, programPod } from "../program-pod.ts";
import { type Method, planned, refused, runLabel, selectObjects, targetOf } from "../scope.ts";
import { timeSpan } from "../time-span.ts";
import { asService } from "../workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { restartOf } from "./restart.ts";
import { namedTarget, workloadTarget } from "./target.ts";

export const slowDependencyStep = z
  .strictObject({
    method: z.literal("slow-dependency"),
    service: namedTarget,
    /** Added to every request. */
    delay: timeSpan(0, 300_000).default(0),
    /** Share of requests whose connection is cut. */
    failPercentage: z.number().min(0).max(100).default(0),
    /** A caller: connections that it keeps open go on past the proxy for as long as they last. */
    restart: workloadTarget.optional(),
  })
  .refine(({ delay, failPercentage }) => delay > 0 || failPercentage > 0, "needs delay or failPercentage");

/** Ports of our own for named target ports, above what services usually listen on. */
const firstPort = 18_080;
const proxyLabel = "kubemend.dev/chaos-proxy";

/**
 * Puts a proxy pod between a Service and its pods. A second Service keeps the way to the real pods; then the first one's
 * selector is switched to the proxy, in one patch, and back. Connections that are open then stay where they are.
 */
export const slowDependency: Method<z.infer<typeof slowDependencyStep>> = {
  kinds: ["Service", ...rolloutKinds],
  permissions: [
    ...programGrants("slow-dependency"),
    ...workloadGrants("slow-dependency"),
    ...coreGrants("slow-dependency", "services", ["list", "get", "patch", "create", "delete"]),
  ],
  plan({ service: named, delay, failPercentage, restart }, scope, snapshot) {
    const selected = selectObjects({ kind: "Service", ...named }, scope, snapshot);
    if (!selected.ok) return refused(selected.problem);
    const service = asService(selected.objects[0]);
    const { selector, ports = [] } = service?.spec ?? {};
    const namespace = service?.metadata.namespace;
    if (!service || !namespace || !selector || Object.keys(selector).length === 0)
      return refused(`Service ${named.name} has no selector that could be switched`);
    const tcp = ports.filter(({ protocol = "TCP" }) => protocol === "TCP");
    if (tcp.length === 0) return refused(`Service ${named.name} has no TCP port`);
    const direct = chaosName(scope, `to-${named.name}`);
    const routes = tcp.map(({ port, targetPort = port }, at) => ({
      listen: typeof targetPort === "number" ? targetPort : firstPort + at,
      name: typeof targetPort === "string" ? targetPort : undefined,
      host: direct,
      port,
    }));
    if (routes.some(({ listen }) => listen < 1_024))
      return refused(`Service ${named.name} leads to a port below 1024, which the proxy may not listen on`);
    const labels = { [runLabel]: scope.run };
    const way = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: direct, namespace, labels },
      spec: {
        selector,
        ports: tcp.map(({ name, port, targetPort }) => ({
          ...(name ? { name } : {}),
          port,
          ...(targetPort === undefined ? {} : { targetPort }),
        })),
      },
    };
    // A label's value ends with a letter or a digit.
    const mark = `${scope.run}-${named.name}`.slice(0, 63).replace(/[^a-z0-9]+$/, "");
    const switched: Change = {
      type: "set",
      target: targetOf(service),
      fields: [{ path: ["spec", "selector"], before: selector, after: { [proxyLabel]: mark } }],
      what: `lead it to the proxy${delay > 0 ? `, ${delay} ms late` : ""}${failPercentage > 0 ? `, ${failPercentage} % of requests cut` : ""}`,
    };
    const again = restart ? restartOf(restart, scope, snapshot) : planned([]);
    if (!again.ok) return again;
    return planned([
      {
        type: "create",
        target: { apiVersion: "v1", kind: "Service", namespace, name: direct },
        object: way,
        awaitReady: false,
        what: `the way from the proxy to the pods of ${named.name}`,
      },
      ...programPod(
        {
          program: "proxy",
          namespace,
          suffix: `proxy-${named.name}`,
          env: {
            ROUTES: JSON.stringify(routes.map(({ listen, host, port }) => ({ listen, host, port }))),
            DELAY_MS: String(delay),
            FAIL_PERCENTAGE: String(failPercentage),
          },
          labels: { [proxyLabel]: mark },
          ports: routes.map(({ listen, name }) => ({ ...(name ? { name } : {}), containerPort: listen })),
        },
        scope,
      ),
      switched,
      ...again.changes,
    ]);
  },
};
