import type { SeenEvent } from "../../cluster/event-store.ts";
import { makeRef, type ObjectRef, refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import { metricFinding, type Shift } from "../gather/metrics.ts";
import { fullNode, nodesOf } from "./cpu.ts";
import { called, citeLogs, freshLogs } from "./patterns.ts";

/** Calls of one workload to another, with what the caller waits and what the server itself takes for them. */
interface Link {
  readonly caller: ObjectRef;
  readonly callee: ObjectRef;
  readonly waited: Shift;
  readonly served: Shift;
  readonly late: boolean;
}

/** More time between caller and server than before, by a factor and by what somebody feels (s). */
const leastSeconds = 0.04;
const leastFactor = 2;
/** One link may have a reason of its own; so many, of so many callers, and most of all that are measured, have one together. */
const leastLinks = 3;
const leastCallers = 2;
const leastShare = 0.7;

/** A watcher looks now and then: it may have told before anybody suffered (ms). */
const warnedBeforeMs = 10 * 60_000;
const ofNetwork = /conntrack|network|\bNIC\b|netdev|\broutes?\b|link (?:is )?down|packets?\b/i;

function isLate(waited: Shift, served: Shift): boolean {
  const before = Math.max(0, (waited.before ?? 0) - (served.before ?? 0));
  const after = waited.after - served.after;
  return after - before > leastSeconds && after > leastFactor * before;
}

function linksOf(open: Case): readonly Link[] {
  return open.scope.flatMap((caller) => {
    const match = { namespace: caller.namespace ?? "", workload: caller.name };
    return open.shifts("client_latency_mean_seconds", match).flatMap((waited): Link[] => {
      const [callee] = open.topology.resolveHost(caller.namespace, waited.labels.peer ?? "").workloads;
      const served =
        callee && open.shifts("latency_mean_seconds", { namespace: callee.namespace ?? "", workload: callee.name })[0];
      if (!callee || !served || waited.before === undefined) return [];
      return [{ caller, callee, waited, served, late: isLate(waited, served) }];
    });
  });
}

const endsOf = (open: Case, { caller, callee }: Link) => nodesOf(open, [caller, callee]);

interface Late {
  readonly links: readonly Link[];
  /** The one node that every late link touches; `alone` when others, which are on time, do not touch it. */
  readonly node?: { readonly name: string; readonly alone: boolean };
}

function judge(open: Case): Late {
  const all = linksOf(open);
  const late = all.filter((link) => link.late);
  const callers = new Set(late.map(({ caller }) => refKey(caller)));
  if (late.length < leastLinks || callers.size < leastCallers) return { links: [] };
  const ends = late.map((link) => endsOf(open, link));
  const shared = [...(ends[0] ?? [])].filter((node) => ends.every((one) => one.has(node)));
  const others = all.filter((link) => !link.late);
  const telling =
    others.length > 0 ? shared.filter((node) => !others.some((link) => endsOf(open, link).has(node))) : [];
  const alone = telling.length === 1;
  const name = alone ? telling[0] : shared.length === 1 ? shared[0] : undefined;
  if (!alone && late.length < leastShare * all.length) return { links: [] };
  return { links: late, ...(name === undefined ? {} : { node: { name, alone } }) };
}

const known = new WeakMap<Case, Late>();

/**
 * Links on which calls arrive late though both ends are as fast as ever, when that is so nearly everywhere or wherever one
 * node takes part; else none.
 */
export function lateEverywhere(open: Case): Late {
  const found = known.get(open) ?? judge(open);
  known.set(open, found);
  return found;
}

/**
 * The network between all, or what resolves their names: calls take longer on their way whoever makes them. Which of the two
 * is not seen from here, so both are named; a node only where every late call begins or ends on it. Where that node has no CPU
 * left, each process waits for its turn, and neither is to blame.
 */
export function slowNetwork(open: Case): readonly Candidate[] {
  const { links, node } = lateEverywhere(open);
  const onWay = ({ waited, served }: Link) => waited.after - served.after;
  const [worst] = [...links].sort((a, b) => onWay(b) - onWay(a));
  if (!worst) return [];
  const hits = uniqueRefs(links.flatMap(({ caller, callee }) => [caller, callee]));
  const culprit = node
    ? makeRef("Node", undefined, node.name)
    : makeRef("Namespace", undefined, worst.caller.namespace ?? "default");
  const told = `calls on ${links.length} links are late, up to ${Math.round(onWay(worst) * 1_000)} ms from ${called(worst.caller)} to ${called(worst.callee)}, though who is called answers as fast as before`;
  const where = node ? `, all to or from node ${node.name}` : "";
  const said = node ? networkWarning(open, node.name) : undefined;
  const full = node && !said ? fullNode(open, new Set([node.name])) : undefined;
  const evidence = [
    ...open.cite(
      said && eventFinding(said, culprit),
      full && metricFinding(full, culprit),
      ...links
        .slice(0, 3)
        .flatMap(({ caller, callee, waited, served }) => [
          metricFinding(waited, caller),
          metricFinding(served, callee),
        ]),
    ),
    ...citeLogs(open, freshLogs(open, worst.caller, "timeout", "reset"), 1),
  ];
  const dns = open.topology.workloads.find(
    ({ namespace: of, name }) => of === "kube-system" && /^(core-?dns|kube-dns|node-local-dns)/.test(name),
  );
  if (full)
    return [
      candidate(
        {
          cause: "cpu-saturation",
          culprit,
          statement: `node ${culprit.name} has no CPU left; ${told}${where}`,
          evidence,
          specificity: 0.86,
          hits: [culprit, ...hits],
        },
        open,
      ),
    ];
  const resolver = dns ?? makeRef("Deployment", "kube-system", "coredns");
  return [
    candidate(
      {
        cause: "network-fault",
        culprit,
        statement: `${told}${where}`,
        evidence,
        // That a node stands out among others is more than that all there is runs on it.
        specificity: said ? 0.92 : node?.alone ? 0.86 : 0.57,
        hits,
      },
      open,
    ),
    ...(node?.alone || said
      ? []
      : [
          candidate(
            {
              cause: "dns-failure",
              culprit: resolver,
              statement: `${told}, as when names resolve slowly`,
              evidence,
              specificity: sick(open, resolver) ? 0.8 : 0.56,
              hits,
            },
            open,
          ),
        ]),
  ];
}

/** What watches a node (node-problem-detector, its network plugin) has told of its network since shortly before. */
function networkWarning(open: Case, node: string): SeenEvent | undefined {
  return open.observation.events
    .about(makeRef("Node", undefined, node))
    .findLast(
      ({ warning, at, reason, message }) =>
        warning && at >= open.onset - warnedBeforeMs && at <= open.now && ofNetwork.test(`${reason} ${message}`),
    );
}

/** The resolver's pods are not what they were. */
function sick(open: Case, resolver: ObjectRef): boolean {
  const pods = open.podsOf(resolver).filter((pod) => pod.deletedAt === undefined);
  return pods.some((pod) => !pod.ready) || open.changes.some(({ ref }) => sameRef(ref, resolver));
}
