import { backendsOf } from "../../cluster/kinds/network.ts";
import type { Ingress, KubeObject, Service } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";

/** Controllers and certificate issuers come a little after the ingress that asks for them. */
const settleMs = 60_000;

/** A controller has taken it up, whatever its class says. */
function isServed({ status }: Ingress): boolean {
  return (status?.loadBalancer?.ingress?.length ?? 0) > 0;
}

/** When what is wrong now last changed (ms): the object itself, or the one that it names. */
function changedAt(of: KubeObject, { observation, watchingSince }: DetectContext): number {
  const versions = observation.objects.versions(refOf(of));
  return versions.length > 1
    ? (versions.at(-1)?.at ?? watchingSince)
    : timeOf(of.metadata.creationTimestamp, watchingSince);
}

function* ports(ingress: Ingress, context: DetectContext): Iterable<Finding> {
  const seen = new Set<string>();
  for (const { service } of backendsOf(ingress)) {
    const port = service?.port;
    const wanted = port?.name ?? port?.number;
    const found: Service | undefined = service?.name
      ? context.observation.objects.get("Service", ingress.metadata.namespace, service.name)
      : undefined;
    if (!found || wanted === undefined || found.spec.type === "ExternalName") continue;
    if (found.spec.ports?.some((one) => one.name === wanted || one.port === wanted)) continue;
    const key = `${found.metadata.name}:${wanted}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield {
      reason: "BackendPortMissing",
      target: refOf(ingress),
      detail: key,
      severity: "high",
      headline: `sends traffic to port ${wanted} of Service ${found.metadata.name}, which has no such port`,
      summary: `Ingress ${ingress.metadata.name} names port ${wanted} of Service ${found.metadata.name}, whose ports are ${(found.spec.ports ?? []).map(({ name, port: number }) => (name ? `${number} (${name})` : String(number))).join(", ") || "none"}`,
      startsAt: Math.max(changedAt(ingress, context), changedAt(found, context)),
      related: [refOf(found)],
    };
  }
}

function* certificates(ingress: Ingress, context: DetectContext): Iterable<Finding> {
  const { namespace, name } = ingress.metadata;
  for (const { secretName } of ingress.spec?.tls ?? []) {
    if (!secretName) continue;
    // Secrets are not listed where kubemend may not read them: only one that was seen can be missed.
    const gone = context.observation.objects.find(makeRef("Secret", namespace, secretName))?.deletedAt;
    if (gone === undefined || context.now - gone < settleMs) continue;
    yield {
      reason: "TlsSecretMissing",
      target: refOf(ingress),
      seenOn: makeRef("Secret", namespace, secretName),
      detail: secretName,
      severity: "high",
      headline: `has lost its certificate: Secret ${secretName} was deleted`,
      summary: `Ingress ${name} serves TLS with Secret ${secretName}, which was deleted`,
      startsAt: gone,
      related: [makeRef("Secret", namespace, secretName)],
    };
  }
}

/**
 * Ingresses that no controller serves, that send to a port which their Service does not have, or whose certificate was
 * deleted. Source: class, backends and TLS of the spec against the objects they name. Not a fault: a class where classes are
 * not watched, or an ingress that has an address; a Service that is missing (its own detector); a renewed Secret.
 */
export const ingressRoute = defineDetector({
  name: "ingress-route",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { observation, now } = context;
    const classes = new Set(observation.objects.list("IngressClass").map(({ metadata }) => metadata.name));
    const classesGone = observation.objects.deleted("IngressClass").length > 0;
    for (const ingress of observation.objects.list("Ingress")) {
      if (now - changedAt(ingress, context) < settleMs && !isServed(ingress)) continue;
      const { ingressClassName } = ingress.spec ?? {};
      if (
        ingressClassName &&
        (classes.size > 0 || classesGone) &&
        !classes.has(ingressClassName) &&
        !isServed(ingress)
      ) {
        const gone = observation.objects.find(makeRef("IngressClass", undefined, ingressClassName))?.deletedAt;
        yield {
          reason: "IngressClassMissing",
          target: refOf(ingress),
          severity: "medium",
          headline: `asks for ingress class ${ingressClassName}, which does not exist`,
          summary: `Ingress ${ingress.metadata.name} asks for class ${ingressClassName}; there ${classes.size === 1 ? "is" : "are"} ${[...classes].join(", ") || "none"}, so no controller serves it`,
          startsAt: gone ?? changedAt(ingress, context),
        };
      }
      yield* ports(ingress, context);
      yield* certificates(ingress, context);
    }
  },
});
