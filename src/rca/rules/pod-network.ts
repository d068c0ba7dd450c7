import { saysNoNetwork } from "../../cluster/pod-network.ts";
import { makeRef, type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import { type PodFact, podFinding } from "../gather/object-state.ts";

const reasons: ReadonlySet<string> = new Set(["FailedCreatePodSandBox", "NetworkNotReady"]);

interface Without {
  readonly workload: ObjectRef;
  readonly pod: PodFact;
  readonly node: ObjectRef;
}

/** Pods that wait on their node for a network, whatever workload they belong to. */
function withoutNetwork(open: Case): readonly Without[] {
  return open.scope.flatMap((workload) => {
    const events = open
      .eventsOf(workload)
      .filter(({ reason, message }) => reasons.has(reason) && saysNoNetwork(message));
    return open.podsOf(workload).flatMap((pod): Without[] => {
      const { nodeName } = pod.pod.spec;
      const waits = pod.phase === "Pending" && pod.deletedAt === undefined && nodeName !== undefined;
      return waits && events.some(({ about }) => sameRef(about, pod.ref))
        ? [{ workload, pod, node: makeRef("Node", undefined, nodeName) }]
        : [];
    });
  });
}

function judge(open: Case, node: ObjectRef, all: readonly Without[]): Candidate {
  const here = all.filter((one) => sameRef(one.node, node));
  const hits = uniqueRefs(here.map(({ workload }) => workload));
  const told = here.flatMap(({ workload, pod }) =>
    open
      .eventsOf(workload)
      .filter(({ reason, about }) => reasons.has(reason) && sameRef(about, pod.ref))
      .slice(-1)
      .map((event) => ({ event, workload })),
  );
  return candidate(
    {
      cause: "network-fault",
      culprit: node,
      statement: `the network of node ${node.name} has nothing for new pods: those of ${hits.map(({ name }) => name).join(", ")} wait for it, while what runs goes on`,
      evidence: open.cite(
        ...told.slice(0, 2).map(({ event, workload }) => eventFinding(event, workload)),
        here[0] && podFinding(here[0].pod, open.now),
      ),
      specificity: 0.93,
      hits,
      facts: { pods: here.map(({ pod }) => pod.ref) },
    },
    open,
  );
}

/** A node that gives new pods no network: its addresses are used up, or its network plugin does not answer. */
export const podNetwork: Rule = (open) => {
  const all = withoutNetwork(open);
  return uniqueRefs(all.map(({ node }) => node)).map((node) => judge(open, node, all));
};
