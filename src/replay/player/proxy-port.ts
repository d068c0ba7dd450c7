import type { Clock } from "../../lib/clock.ts";
import type { ObjectTable } from "../api/object-table.ts";
import type { ProxyAnswer, ProxyPort } from "../api/ports.ts";
import { resources } from "../api/registry.ts";
import type { RecordedTargets, ScrapeAnswer } from "./recorded-targets.ts";
import type { Renames } from "./renames.ts";

const contentType = "text/plain; version=0.0.4; charset=utf-8";
const notFound: ProxyAnswer = { code: 404, contentType: "text/plain; charset=utf-8", text: "404 page not found\n" };

/** Answers scrapes of kubelets and pods from the recorded samples. Other paths were not recorded: 404. */
export function createProxyPort(options: {
  targets: RecordedTargets;
  clock: Clock;
  table: ObjectTable;
  renames: Renames;
}): ProxyPort {
  const { targets, clock, table, renames } = options;
  const podResource = resources.find((r) => r.kind === "Pod");

  /** cadvisor stops reporting a pod when it is gone, the recording may not know yet that a client deleted it. */
  const isThere = (namespace: string, pod: string): boolean =>
    podResource === undefined || table.get(podResource, namespace, renames.pod(pod)) !== undefined;

  const answer = (scraped: ScrapeAnswer): ProxyAnswer => {
    if (scraped.kind === "refused") return { refused: "connection refused" };
    if (scraped.kind === "unknown") return notFound;
    return { code: 200, contentType, text: renames.inText(scraped.text) };
  };

  return {
    ask({ target, path }) {
      const at = Math.floor(clock.now());
      if (target.kind === "node") {
        if (path === "/metrics/cadvisor") return answer(targets.cadvisor(target.name, at, isThere));
        if (path === "/metrics/resource") return answer(targets.resource(target.name, at, isThere));
        return notFound;
      }
      if (target.kind === "service") return notFound;
      const { name, namespace = "" } = target.object.metadata;
      const scraped = targets.pod(namespace, renames.recordedPod(name), target.port, at);
      if (scraped.kind === "unknown") return { refused: "connection refused" };
      return path === "/metrics" || scraped.kind === "refused" ? answer(scraped) : notFound;
    },
  };
}
