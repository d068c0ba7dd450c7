import type { IncidentView } from "../../bot/incident-view.ts";
import type { TopologyEdge, TopologyNode, TopologyPicture } from "../../bot/web/pages-port.ts";
import type { Topology } from "../../cluster/topology.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";

/** More is no picture but wallpaper. */
const mostNodes = 18;

interface Link {
  readonly from: ObjectRef;
  readonly to: ObjectRef;
  readonly how: string;
}

/** Everything that leads to or from these objects: calls, services between, what configures them, the nodes they run on. */
function linksAround(topology: Topology, culprit: ObjectRef | undefined, hurt: readonly ObjectRef[]): readonly Link[] {
  const calls = topology.calls.map(({ from, to }): Link => ({ from, to, how: "calls" }));
  if (!culprit || topology.workloads.some((one) => refKey(one) === refKey(culprit))) return calls;
  const own: Link[] = topology.usersOf(culprit).map((user) => ({ from: user, to: culprit, how: "uses" }));
  if (culprit.kind === "Service") {
    for (const call of topology.calls)
      if (call.service && refKey(call.service) === refKey(culprit))
        own.push({ from: call.from, to: culprit, how: "calls" });
    for (const behind of topology.workloadsBehind(culprit)) own.push({ from: culprit, to: behind, how: "leads to" });
  }
  if (culprit.kind === "Node") {
    for (const workload of hurt)
      if (topology.podsOf(workload).some((pod) => pod.spec.nodeName === culprit.name))
        own.push({ from: workload, to: culprit, how: "runs on" });
  }
  return [...own, ...calls];
}

/**
 * The part of the topology that tells an incident: the culprit, what is hurt, what is next to them, and along which links the
 * fault has come to those who suffer. Pure.
 */
export function topologyPicture(view: IncidentView, topology: Topology): TopologyPicture | undefined {
  const { incident, diagnosis } = view;
  const culprit = diagnosis?.hypotheses[0]?.culprit ?? incident.target;
  // The page and the message name the same as hurt; before a diagnosis, all that show symptoms.
  const hurt = [incident.target, ...(diagnosis?.blastRadius ?? incident.affected)];
  const links = linksAround(topology, culprit, hurt);
  const role = new Map<string, TopologyNode["role"]>();
  const nodes = new Map<string, ObjectRef>();
  const add = (ref: ObjectRef, as: TopologyNode["role"]) => {
    const key = refKey(ref);
    if (nodes.has(key) || nodes.size >= mostNodes || ref.kind === "Entity") return;
    nodes.set(key, ref);
    role.set(key, as);
  };
  const linked = new Set(links.flatMap(({ from, to }) => [refKey(from), refKey(to)]));
  add(culprit, "culprit");
  for (const ref of hurt) if (linked.has(refKey(ref))) add(ref, "hurt");
  for (const { from, to } of links) {
    if (role.get(refKey(from)) && role.get(refKey(from)) !== "near") add(to, "near");
    if (role.get(refKey(to)) && role.get(refKey(to)) !== "near") add(from, "near");
  }
  if (nodes.size < 2) return undefined;
  const index = new Map([...nodes.keys()].map((key, i) => [key, i] as const));
  const onPath = faultPath(links, refKey(culprit), (key) => role.get(key) === "hurt");
  const seen = new Set<string>();
  const edges: TopologyEdge[] = [];
  for (const { from, to, how } of links) {
    const [a, b] = [index.get(refKey(from)), index.get(refKey(to))];
    const pair = `${a} ${b}`;
    if (a === undefined || b === undefined || a === b || seen.has(pair)) continue;
    seen.add(pair);
    edges.push({ from: a, to: b, how, onPath: onPath.has(`${refKey(from)}>${refKey(to)}`) });
  }
  return {
    nodes: [...nodes.values()].map((ref) => ({ ref, role: role.get(refKey(ref)) ?? "near" })),
    edges,
  };
}

/** A fault travels from what is needed to who needs it: the links that lead from the culprit to others that are hurt, backwards. */
function faultPath(links: readonly Link[], culprit: string, isHurt: (key: string) => boolean): ReadonlySet<string> {
  const path = new Set<string>();
  const reached = new Set([culprit]);
  let frontier = [culprit];
  while (frontier.length > 0) {
    const next: string[] = [];
    for (const { from, to } of links) {
      const [a, b] = [refKey(from), refKey(to)];
      if (!frontier.includes(b) || !isHurt(a) || a === culprit) continue;
      path.add(`${a}>${b}`);
      if (!reached.has(a)) next.push(a);
      reached.add(a);
    }
    frontier = [...new Set(next)];
  }
  return path;
}
