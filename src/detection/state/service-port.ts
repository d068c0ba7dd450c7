import { lastingContainers } from "../../cluster/kinds/pod.ts";
import { isKind, type Pod, type Service } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type DetectContext, defineDetector, type Finding } from "../detector.ts";
import { isCurrent } from "./container-states.ts";

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

const portsOf = ({ spec }: Pod) => lastingContainers(spec).flatMap(({ ports }) => ports ?? []);

/**
 * Is the target port one that the pods declare? Undeclared numbers may still be listened on. A name is looked up among the
 * ports of the same protocol.
 */
function declared({ port, targetPort, protocol: wanted = "TCP" }: ServicePort, pods: readonly Pod[]): boolean {
  const target = targetPort ?? port;
  return pods.some((pod) =>
    portsOf(pod).some(({ name, containerPort, protocol = "TCP" }) =>
      typeof target === "string" ? name === target && protocol === wanted : containerPort === target,
    ),
  );
}

function earlier(service: Service, context: DetectContext) {
  return context.observation.objects
    .versions(refOf(service))
    .flatMap(({ at, object }) => (isKind(object, "Service") ? [{ at, service: object }] : []));
}

/**
 * Services whose target port nobody declares. Source: `targetPort` against the container ports of the selected pods. A
 * named port that no container has is certainly wrong; a number only when the Service used to point at a declared one and
 * was changed while the watch ran. Not a fault: numbers that were never declared, pods without declared ports.
 */
export const servicePort = defineDetector({
  name: "service-port",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    for (const service of context.observation.objects.list("Service")) {
      const { selector, ports = [] } = service.spec;
      if (!selector) continue;
      const pods = context.podsSelected(service.metadata.namespace, selector).filter(isCurrent);
      if (pods.length === 0 || !pods.some((pod) => portsOf(pod).length > 0)) continue;
      for (const port of ports) {
        if (declared(port, pods)) continue;
        const history = earlier(service, context);
        const lastGood = history.findLastIndex((one) =>
          one.service.spec.ports?.some((before) => before.port === port.port && declared(before, pods)),
        );
        const named = typeof (port.targetPort ?? port.port) === "string";
        if (!named && lastGood < 0) continue;
        yield {
          reason: "TargetPortUnknown",
          target: refOf(service),
          detail: String(port.port),
          severity: "high",
          headline: `points at port ${port.targetPort ?? port.port}, which its pods do not have`,
          summary: `Service ${service.metadata.name} sends port ${port.port} to ${port.targetPort ?? port.port}; its pods declare ${[...new Set(pods.flatMap(portsOf).map(({ name, containerPort }) => (name ? `${containerPort} (${name})` : String(containerPort))))].join(", ")}`,
          startsAt: history[lastGood + 1]?.at ?? context.watchingSince,
          related: [...new Map(pods.map((pod) => [context.ownerOf(pod).name, context.ownerOf(pod)])).values()],
        };
      }
    }
  },
});
