import type { ChaosCluster } from "../../chaos/cluster-port.ts";
import { judgeSamples, type Probe, type ProbeAnswer, replicasOf } from "../../chaos/probe.ts";
import { refText } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Database } from "../../store/database.ts";
import { openIncidents, type Reach } from "./open-incidents.ts";

export interface ProbeDeps {
  readonly cluster: Pick<ChaosCluster, "ask" | "get">;
  readonly database: Database;
  readonly clusterName: string;
  readonly clock: Clock;
  /** Values of an instant query; absent where no Prometheus is configured. */
  readonly promql?: ((query: string) => Promise<readonly number[]>) | undefined;
}

const blind = (detail: string) => ({ holds: false, detail, blind: true }) as const;

/** Asks one question about the steady state. What cannot be measured does not hold: no data is no steady state. */
export function createAskProbe(deps: ProbeDeps, reach: Reach): (probe: Probe) => Promise<ProbeAnswer> {
  const { database, clock } = deps;
  const blastNamespaces = reach.namespaces;
  const judged = async (probe: Probe): Promise<Pick<ProbeAnswer, "holds" | "detail" | "blind">> => {
    switch (probe.type) {
      case "promql":
        if (!deps.promql) return blind("no Prometheus is configured (prometheus.url)");
        return judgeSamples(probe, await deps.promql(probe.query));
      case "http": {
        const { service, port, path, status, within: timeoutMs } = probe;
        const namespace = probe.namespace ?? blastNamespaces[0] ?? "";
        const askedAt = performance.now();
        const answer = await deps.cluster.ask({ namespace, service, port, path, timeoutMs });
        const tookMs = Math.round(performance.now() - askedAt);
        return { holds: answer.status === status, detail: `${answer.detail} after ${tookMs} ms` };
      }
      case "replicas": {
        const { kind, workload: name, namespace = blastNamespaces[0] ?? "", count } = probe;
        const found = await deps.cluster.get({ apiVersion: "apps/v1", kind, namespace, name });
        if (found.type === "failed") return blind(found.detail);
        if (found.type === "gone") return blind(`there is no ${kind} ${namespace}/${name}`);
        return judgeSamples(probe, [replicasOf(found.object, count)]);
      }
      case "quiet": {
        const asked = { ...reach, ...(probe.namespaces ? { namespaces: probe.namespaces } : {}) };
        const [first] = await openIncidents(database, deps.clusterName, asked);
        return first
          ? { holds: false, detail: `incident ${first.id} is open: ${refText(first.target)}` }
          : { holds: true, detail: "no open incident" };
      }
    }
  };
  return async (probe) => {
    const answer = await judged(probe).catch((error: unknown) => blind(messageOf(error, 160)));
    return { probe: probe.name, ...answer, at: clock.now() };
  };
}
