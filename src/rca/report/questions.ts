import type { CauseCode } from "../../incident/cause.ts";
import type { Candidate } from "../case/candidate.ts";
import type { SightKind } from "../case/sight.ts";

/** What would decide for or against a cause, as a question that a person can answer in a minute. */
const deciding: Partial<Record<CauseCode, (name: string) => string>> = {
  "bad-release": (name) => `Do the errors stop when the previous release of ${name} serves the same requests?`,
  "slow-dependency": (name) => `Is ${name} slow as well when it is called directly, without its callers?`,
  "dependency-down": (name) => `Does ${name} answer when it is called from inside its own pod?`,
  "application-degraded": (name) => `What does the application log of ${name} say at the very first error?`,
  "memory-leak": (name) => `Does the memory of ${name} keep growing when it gets no requests?`,
  "memory-limit-too-low": (name) => `Does ${name} stay below its limit when the limit is doubled?`,
  "cpu-throttling": (name) => `Does the latency of ${name} fall when its CPU limit is raised?`,
  "pool-exhausted": (name) => `What holds the connections of ${name}: its own requests, or what it connects to?`,
  "bad-config": (name) => `Who changed the configuration of ${name} last, and to what?`,
  "external-dependency": (name) => `Does the service outside that ${name} calls report trouble of its own?`,
  "permission-denied": (name) => `With which identity or key does ${name} call, and what may it do?`,
  "network-fault": (name) =>
    `Are calls by address, without a name, slow or lost as well around ${name}, and between other workloads there?`,
  "dns-failure": () => "Does a lookup of a Service's name from inside a pod take as long as the calls do?",
  "load-spike": (name) => `Is the higher demand on ${name} expected, for example a campaign or a batch?`,
  "bad-liveness-probe": (name) => `Does ${name} answer the probe's path and port in time from inside its pod?`,
  "bad-readiness-probe": (name) => `Does ${name} answer the probe's path and port in time from inside its pod?`,
};

/** What a person can look up where kubemend sees nothing, most telling first. */
const unseen: readonly (readonly [SightKind, (name: string) => string])[] = [
  ["logs", (name) => `What do the last log lines of ${name} say?`],
  ["past", (name) => `What was changed on ${name}, or on what it needs, shortly before the trouble?`],
  ["events", (name) => `What do the events of ${name} say (kubectl describe)?`],
  ["metrics", (name) => `Did latency, errors or memory of ${name} change, and which of them first?`],
];

/** Questions whose answers would decide between the best candidates: two, about what is not seen where that is the trouble. */
export function questionsFor(candidates: readonly Candidate[], missing: readonly SightKind[] = []): readonly string[] {
  const [best] = candidates;
  const asked = candidates
    .slice(0, 4)
    .flatMap(
      (item) =>
        deciding[item.cause]?.(item.culprit.name) ??
        (item.cause === "unknown"
          ? []
          : `What shows that ${item.culprit.kind} ${item.culprit.name} works, or does not?`),
    );
  if (!best) return [];
  const blind = unseen.filter(([kind]) => missing.includes(kind)).map(([, ask]) => ask(best.culprit.name));
  const rest = unseen.map(([, ask]) => ask(best.culprit.name));
  return [...new Set([...asked.slice(0, 1), ...blind.slice(0, 1), ...asked, ...blind, ...rest])].slice(0, 2);
}
