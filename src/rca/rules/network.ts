import { hostsInFailure } from "../../cluster/host-names.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { metricFinding } from "../gather/metrics.ts";
import { configChangesOf, describeConfigChange } from "./config-changes.ts";
import { slowNetwork } from "./late-links.ts";
import { networkPolicies } from "./network-policies.ts";
import {
  called,
  citeChange,
  citeLogs,
  freshLogs,
  isSettled,
  podShifts,
  readyPods,
  unprovenChange,
} from "./patterns.ts";
import { outsideHost } from "./slow-dependency.ts";

/** Whom a workload's pods ask for addresses, where that is a name server of its own in this cluster. */
function ownResolver(open: Case, workload: ObjectRef): ObjectRef | undefined {
  const servers = podSpecOf(open.observation.objects.find(workload)?.object)?.dnsConfig?.nameservers ?? [];
  return servers.flatMap((address) => open.topology.resolveHost(workload.namespace, address).workloads)[0];
}

function dns(open: Case): readonly Candidate[] {
  // Names of services that exist do not resolve: then it is not the name that is wrong.
  const victims = open.symptomatic.flatMap((workload) => {
    const facts = freshLogs(open, workload, "name-not-found").filter((fact) =>
      hostsInFailure(fact.example).some(
        (host) => open.topology.resolveHost(workload.namespace, host).service !== undefined,
      ),
    );
    return facts.length > 0 ? [{ workload, facts }] : [];
  });
  const own = victims.map(({ workload }) => ownResolver(open, workload));
  const [first] = own;
  const ofOwn = first && own.every((one) => one !== undefined && sameRef(one, first)) ? first : undefined;
  const server =
    ofOwn ??
    open.topology.workloads.find(
      ({ namespace, name }) => namespace === "kube-system" && /^(core-?dns|kube-dns|node-local-dns)/.test(name),
    );
  const sick = server !== undefined && readyPods(open, server).length === 0;
  const peers = new Set(victims.flatMap(({ facts }) => facts.flatMap((fact) => hostsInFailure(fact.example))));
  const culprit = server ?? makeRef("Deployment", "kube-system", "coredns");
  const setting = configChangesOf(open, culprit).find(
    ({ effective, effectiveAt }) => effective && !isSettled(open, culprit, effectiveAt),
  );
  const isChanged = ofOwn !== undefined && (setting ?? unprovenChange(open, ofOwn, "command", "image")) !== undefined;
  // Of one name that one workload cannot find, the name may be wrong.
  if (victims.length === 0 || (victims.length < 2 && peers.size < 2 && !sick && !isChanged)) return [];
  const change =
    setting?.change ??
    open.lastChange(culprit) ??
    open.changes.filter((item) => item.ref.namespace === "kube-system" && /dns/.test(item.ref.name)).at(-1);
  return [
    candidate(
      {
        cause: "dns-failure",
        culprit,
        statement: `names of services that exist do not resolve for ${victims.map(({ workload }) => workload.name).join(", ")}${setting ? `; ${describeConfigChange(setting)} before` : ""}`,
        evidence: [
          ...victims.slice(0, 3).flatMap(({ facts }) => citeLogs(open, facts, 1)),
          ...citeChange(open, change),
        ],
        specificity: sick || change ? 0.95 : 0.85,
        hits: victims.map(({ workload }) => workload),
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

function lossy(open: Case, workload: ObjectRef): readonly Candidate[] {
  const errors = [
    ...podShifts(open, workload, "pod_network_errors_per_second").shifts,
    ...podShifts(open, workload, "pod_network_drops_per_second").shifts,
  ].filter((shift) => shift.after > 0.5 && shift.after > 3 * (shift.before ?? 0));
  const resets = freshLogs(open, workload, "reset", "timeout");
  if (errors.length === 0) return [];
  return [
    candidate(
      {
        cause: "network-fault",
        culprit: workload,
        statement: `packets of ${called(workload)} are dropped or damaged`,
        evidence: [
          ...open.cite(...errors.slice(0, 2).map((shift) => metricFinding(shift, workload))),
          ...citeLogs(open, resets, 1),
        ],
        specificity: resets.length > 0 ? 0.78 : 0.6,
      },
      open,
    ),
  ];
}

function limited(open: Case, workload: ObjectRef): readonly Candidate[] {
  const lines = freshLogs(open, workload, "rate-limited").filter(
    (fact) => fact.level !== "other" || /429/.test(fact.example),
  );
  if (lines.length === 0) return [];
  const change = open.lastChange(workload, "image", "env", "replicas");
  return [
    candidate(
      {
        cause: "rate-limited",
        culprit: workload,
        statement: `${called(workload)} is refused because it asks too often (429)`,
        evidence: [...citeLogs(open, lines, 2), ...citeChange(open, change)],
        specificity: 0.84,
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

function outside(open: Case, workload: ObjectRef): readonly Candidate[] {
  const found = outsideHost(open, workload);
  if (!found) return [];
  return [
    candidate(
      {
        cause: "external-dependency",
        culprit: workload,
        statement: `calls of ${called(workload)} to ${found.host}, outside the cluster, fail`,
        evidence: citeLogs(open, [found.fact]),
        specificity: 0.76,
      },
      open,
    ),
  ];
}

/** What lies between workloads: names, policies, packets, limits of others, the world outside. */
export const network: Rule = (open) => [
  ...dns(open),
  ...networkPolicies(open),
  ...slowNetwork(open),
  ...open.scope.flatMap((workload) => [
    ...lossy(open, workload),
    ...limited(open, workload),
    ...outside(open, workload),
  ]),
];
