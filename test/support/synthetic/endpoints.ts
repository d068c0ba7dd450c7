import type { Api } from "./api.ts";
import { isReady } from "./controllers.ts";
import { type Any, type Pod, type Service, stamp } from "./kube-types.ts";

/** The EndpointSlice controller: one slice per Service, written again when its pods or its selector change. */
export function startEndpoints(api: Api): void {
  const due = new Set<string>();
  const write = (service: Service) => {
    const name = service.metadata.name;
    const slice = api
      .list<Any>("EndpointSlice")
      .find((item) => item.metadata.labels?.["kubernetes.io/service-name"] === name);
    if (!slice) return;
    const chosen = api
      .list<Pod>("Pod")
      .filter((pod) => Object.entries(service.spec.selector).every(([k, v]) => pod.metadata.labels?.[k] === v))
      .filter((pod) => pod.status.podIP && pod.status.phase !== "Failed" && pod.status.phase !== "Succeeded");
    api.update<Any>("EndpointSlice", slice.metadata.name, (object) => {
      const endpoints = chosen.map((pod) => {
        const up = pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
        return {
          addresses: [pod.status.podIP ?? ""],
          conditions: { ready: isReady(pod), serving: up, terminating: pod.metadata.deletionTimestamp !== undefined },
          targetRef: { kind: "Pod", namespace: api.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
          nodeName: "node-1",
        };
      });
      const same = JSON.stringify(object.endpoints ?? []) === JSON.stringify(endpoints);
      object.endpoints = endpoints;
      const ports = service.spec.ports.map((port) => ({
        name: port.name,
        protocol: "TCP",
        port: typeof port.targetPort === "number" ? port.targetPort : 8080,
      }));
      if (JSON.stringify(object.ports) === JSON.stringify(ports) && same) return;
      object.ports = ports;
      object.metadata.generation = (object.metadata.generation ?? 1) + 1;
      object.metadata.annotations = {
        ...object.metadata.annotations,
        "endpoints.kubernetes.io/last-change-trigger-time": stamp(api.sim.now()),
      };
    });
  };
  api.onChange((object) => {
    if (object.kind !== "Pod" && object.kind !== "Service") return;
    for (const service of api.list<Service>("Service")) {
      const name = service.metadata.name;
      const concerned =
        object.kind === "Service"
          ? object.metadata.name === name
          : Object.entries(service.spec.selector).every(([k, v]) => object.metadata.labels?.[k] === v);
      if (!concerned || due.has(name)) continue;
      due.add(name);
      api.sim.after(10, () => {
        due.delete(name);
        const current = api.get<Service>("Service", name);
        if (current) write(current);
      });
    }
  });
}
