import { backendsOf } from "../../cluster/kinds/network.ts";
import { webhookKinds } from "../../cluster/kinds/policy.ts";
import { asKind, type Service } from "../../cluster/kubernetes-types.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { own } from "../../lib/own.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { called, citeChange } from "./patterns.ts";

type Parts = Pick<Candidate, "cause" | "culprit" | "statement"> & Partial<Candidate>;

/** What a detector of object states has read is itself the proof; a person reads the same with kubectl. */
function stated(open: Case, anomaly: Anomaly, parts: Parts, change: Change | undefined): Candidate {
  const { target } = anomaly;
  return candidate(
    {
      evidence: [
        ...open.cite({
          source: "object",
          about: target,
          query: `kubectl ${target.namespace ? `-n ${target.namespace} ` : ""}get ${target.kind.toLowerCase()} ${target.name} -o yaml`,
          text: anomaly.summary,
          at: anomaly.detectedAt,
        }),
        ...citeChange(open, change),
      ],
      specificity: change ? 0.96 : 0.9,
      since: anomaly.startsAt,
      ...parts,
      hits: [...(parts.hits ?? [parts.culprit]), target],
      ...(change ? { change } : {}),
    },
    open,
  );
}

const lastOf = (open: Case, ref: ObjectRef) => open.changesOf(ref).at(-1);

/** An ingress and its service disagree: whichever of them was changed last is to be put back, else the ingress. */
function backend(open: Case, anomaly: Anomaly): readonly Candidate[] {
  const ingress = anomaly.target;
  const { objects } = open.observation;
  const object = asKind(objects.find(ingress)?.object, "Ingress");
  for (const { service } of object ? backendsOf(object) : []) {
    if (!service?.name) continue;
    const ref = makeRef("Service", ingress.namespace, service.name);
    const live: Service | undefined = objects.get("Service", ref.namespace, ref.name);
    const wanted = service.port?.name ?? service.port?.number;
    const behind = open.topology.workloadsBehind(ref);
    if (!live) {
      const gone = open.changesOf(ref).findLast((change) => change.action === "deleted");
      return [
        gone
          ? stated(
              open,
              anomaly,
              {
                cause: "dependency-down",
                culprit: ref,
                statement: `${called(ref)} was deleted, and ${called(ingress)} still sends traffic to it`,
                hits: behind,
              },
              gone,
            )
          : stated(
              open,
              anomaly,
              {
                cause: "bad-upstream-url",
                culprit: ingress,
                statement: `${called(ingress)} sends traffic to ${called(ref)}, which does not exist`,
              },
              lastOf(open, ingress),
            ),
      ];
    }
    if (wanted === undefined || live.spec.ports?.some(({ name, port }) => name === wanted || port === wanted)) continue;
    const moved = open.changesOf(ref, "service-port").at(-1);
    const asked = lastOf(open, ingress);
    const [port] = live.spec.ports ?? [];
    return [
      moved && moved.at >= (asked?.at ?? 0)
        ? stated(
            open,
            anomaly,
            {
              cause: "service-port-mismatch",
              culprit: ref,
              statement: `${called(ref)} has lost port ${wanted}, to which ${called(ingress)} sends traffic`,
              hits: behind,
              facts: port ? { servicePort: port.port, targetPort: port.targetPort ?? port.port } : {},
            },
            moved,
          )
        : stated(
            open,
            anomaly,
            {
              cause: "bad-upstream-url",
              culprit: ingress,
              statement: `${called(ingress)} sends traffic to port ${wanted} of ${called(ref)}, which has no such port`,
              hits: behind,
            },
            asked,
          ),
    ];
  }
  return [];
}

function webhook(open: Case, anomaly: Anomaly): readonly Candidate[] {
  const configuration = asKind(open.observation.objects.find(anomaly.target)?.object, ...webhookKinds);
  const services = (configuration?.webhooks ?? []).flatMap(({ clientConfig }) => clientConfig?.service ?? []);
  const behind = services.flatMap(({ namespace, name }) =>
    name ? open.topology.workloadsBehind(makeRef("Service", namespace, name)) : [],
  );
  const change = [...behind, anomaly.target].flatMap((ref) => lastOf(open, ref) ?? []).at(-1);
  return [
    stated(
      open,
      anomaly,
      {
        cause: "webhook-blocking",
        culprit: anomaly.target,
        statement: `${called(anomaly.target)} has to be asked for every change it covers, and ${services[0]?.name ? `its Service ${services[0].name}` : "what it calls"} does not answer`,
        facts: behind[0] ? { workload: behind[0] } : {},
        hits: [anomaly.target, ...behind],
      },
      change,
    ),
  ];
}

const byReason: Readonly<Record<string, (open: Case, anomaly: Anomaly) => readonly Candidate[]>> = {
  BackendMissing: backend,
  BackendPortMissing: backend,
  IngressClassMissing: (open, anomaly) => [
    stated(
      open,
      anomaly,
      {
        cause: "bad-config",
        culprit: anomaly.target,
        statement: `${called(anomaly.target)} asks for an ingress class that does not exist, so no controller serves it`,
      },
      lastOf(open, anomaly.target),
    ),
  ],
  TlsSecretMissing: (open, anomaly) => {
    const secret = anomaly.seenOn ?? anomaly.target;
    return [
      stated(
        open,
        anomaly,
        {
          cause: "missing-config",
          culprit: secret,
          statement: `${called(secret)} was deleted, and ${called(anomaly.target)} has no certificate without it`,
        },
        lastOf(open, secret),
      ),
    ];
  },
  GoverningServiceMissing: (open, anomaly) => [
    stated(
      open,
      anomaly,
      {
        cause: "dependency-down",
        culprit: anomaly.target,
        statement: `${called(anomaly.target)} was deleted, and the pods of ${anomaly.seenOn ? called(anomaly.seenOn) : "its set"} have lost their names`,
        hits: anomaly.seenOn ? [anomaly.seenOn] : [],
      },
      lastOf(open, anomaly.target),
    ),
  ],
  ScheduleMissed: (open, anomaly) => [
    stated(
      open,
      anomaly,
      {
        cause: "job-failing",
        culprit: anomaly.target,
        statement: `${called(anomaly.target)} does not start its Jobs when its schedule says so`,
        // That runs are missing is seen, why is not: a controller that is down or a clock may be behind it.
        ...(lastOf(open, anomaly.target) ? {} : { specificity: 0.6 }),
      },
      lastOf(open, anomaly.target),
    ),
  ],
  ScheduleInvalid: (open, anomaly) => [
    stated(
      open,
      anomaly,
      {
        cause: "bad-config",
        culprit: anomaly.target,
        statement: `${called(anomaly.target)} has a schedule that cannot be read, so it never runs`,
      },
      lastOf(open, anomaly.target),
    ),
  ],
  WebhookUnreachable: webhook,
  EvictionRefused: (open, anomaly) => [
    stated(
      open,
      anomaly,
      {
        cause: "bad-config",
        culprit: anomaly.target,
        statement: `${called(anomaly.target)} allows no pod to be evicted, so a node cannot be drained`,
        specificity: 0.88,
      },
      lastOf(open, anomaly.target),
    ),
  ],
};

/** Objects that name something that is not there, or that let nothing through: ingresses, schedules, webhooks, budgets. */
export const routes: Rule = (open) =>
  open.incident.anomalies.flatMap((anomaly) =>
    anomaly.family === "state" || anomaly.family === "event"
      ? (own(byReason, anomaly.reason)?.(open, anomaly) ?? [])
      : [],
  );
