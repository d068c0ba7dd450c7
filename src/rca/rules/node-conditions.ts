import type { KubeNode } from "../../cluster/kubernetes-types.ts";
import { nodeTrouble } from "../../cluster/node-trouble.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { sameRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { nodeFinding } from "../gather/node.ts";

/** What a node reports was so for this long before anybody had trouble: rather not why (ms). */
const settledMs = 10 * 60_000;

/** Between pods it is the network that is broken; all else is the machine, or what runs the pods on it. */
const causeOf = (type: string): CauseCode => (/^Network/.test(type) ? "network-fault" : "node-down");

/**
 * What a node says of itself that is wrong, beside being not ready or short of something: its network, its disk, its kernel, its
 * kubelet or container runtime, as node-problem-detector and the agents of clouds report it.
 * @param hits the workloads on it that have symptoms
 */
export function nodeConditions(
  open: Case,
  ref: ObjectRef,
  { status }: KubeNode,
  hits: readonly ObjectRef[],
): readonly Candidate[] {
  return (status?.conditions ?? []).flatMap(
    ({ type = "", status: is, reason = "", message = "", lastTransitionTime }) => {
      const trouble = type === "Ready" || type.endsWith("Pressure") ? undefined : nodeTrouble(type, is);
      if (!trouble) return [];
      const since = Date.parse(lastTransitionTime ?? "");
      const isNews = sameRef(open.incident.target, ref) || !(since < open.onset - settledMs);
      const said = [reason, message].filter((text) => text !== "").join(": ");
      return [
        candidate(
          {
            cause: causeOf(type),
            culprit: ref,
            statement: `node ${ref.name} ${trouble.headline}${said ? ` (${untilToken(said, 160)})` : ""}`,
            evidence: open.cite(nodeFinding(open.observation, ref, open.now)),
            specificity: (trouble.severity === "high" ? 0.9 : 0.8) - (isNews ? 0 : 0.4),
            hits: [...hits, ref],
            ...(Number.isFinite(since) ? { since } : {}),
            facts: { condition: type },
          },
          open,
        ),
      ];
    },
  );
}
