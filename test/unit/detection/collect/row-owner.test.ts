import { expect, it } from "vitest";
import { rowOwner } from "../../../../src/detection/collect/derive/row-owner.ts";

const inPod = { namespace: "shop", pod: "web-0" };

it.each([
  { name: "container_memory_rss", labels: { id: "/", node: "n1" }, of: { of: "node", node: "n1" } },
  { name: "machine_cpu_cores", labels: { instance: "10.0.0.1" }, of: { of: "node", node: "10.0.0.1" } },
  {
    name: "container_memory_rss",
    labels: { ...inPod, container: "app" },
    of: { of: "container", ...inPod, container: "app" },
  },
  {
    name: "container_network_receive_bytes_total",
    labels: { ...inPod, interface: "eth0" },
    of: { of: "network", ...inPod, nic: "eth0" },
  },
  { name: "container_network_receive_bytes_total", labels: { ...inPod, interface: "lo" }, of: undefined },
  { name: "container_memory_rss", labels: { ...inPod, container: "POD" }, of: undefined },
  { name: "container_memory_rss", labels: { ...inPod, container: "" }, of: undefined },
  { name: "container_memory_rss", labels: { container: "app" }, of: undefined },
  {
    name: "kubelet_volume_stats_used_bytes",
    labels: { namespace: "shop", persistentvolumeclaim: "data" },
    of: { of: "volume", namespace: "shop", claim: "data" },
  },
  {
    name: "kubelet_summary_volume_used_bytes",
    labels: { ...inPod, volume: "tmp" },
    of: { of: "local", ...inPod, volume: "tmp" },
  },
  { name: "http_requests_total", labels: { ...inPod, container: "app" }, of: undefined },
])("$name of $labels is about $of", ({ name, labels, of }) => {
  expect(rowOwner({ name, labels })).toEqual(of);
});
