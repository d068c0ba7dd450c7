import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { Reading } from "./reading.ts";
import type { Subject } from "./subject.ts";

/** A disk without a sample for so long has been taken out. */
const diskGoneMs = 3 * 60_000;

/** The kubelet rounds to KiB, and file systems keep some blocks for themselves. */
const sameSize = 0.01;

/**
 * A node is as full as the disk on which its kubelet keeps what pods use, which is the one of that size; where that is not
 * known, as the fullest of all. Others hold volumes, boot loaders and systems that nobody writes to: for them nobody is
 * evicted. What lives in memory is none.
 */
function diskSink(
  store: SeriesStore,
  name: string,
  device: string,
  labels: Readonly<Record<string, string>>,
  of: Subject,
  storageBytes: () => number | undefined,
): Reading | undefined {
  if (!device.startsWith("/dev/") || device === "/dev/shm") return undefined;
  if (name === "container_fs_limit_bytes")
    return { counter: false, sink: (value) => void of.gauges.set(`disk-size ${device}`, value) };
  if (name !== "container_fs_usage_bytes") return undefined;
  return {
    counter: false,
    sink(value, _seconds, at) {
      const size = of.gauges.get(`disk-size ${device}`) ?? 0;
      if (size <= 0) return;
      of.disks ??= new Map();
      of.disks.set(device, { at, size, ratio: value / size });
      const disks = [...of.disks.values()].filter((disk) => at - disk.at < diskGoneMs);
      const whole = storageBytes() ?? 0;
      const kubelets = disks.filter((disk) => Math.abs(disk.size - whole) <= sameSize * whole);
      const counted = kubelets.length > 0 ? kubelets : disks;
      store.push("node_filesystem_ratio", labels, at, Math.max(...counted.map(({ ratio }) => ratio)));
    },
  };
}

/**
 * How to read a row of a node: `id="/"` of cadvisor, or one of `machine_`.
 * @param storageBytes size of the disk of its kubelet; undefined while that is not known
 */
export function nodeSink(
  store: SeriesStore,
  name: string,
  raw: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
  of: Subject,
  storageBytes: () => number | undefined = () => undefined,
): Reading | undefined {
  const gauge = (key: string) => ({ counter: false, sink: (value: number) => void of.gauges.set(key, value) });
  const share = (derived: string, whole: string) => ({
    counter: false,
    sink: (value: number, _seconds: number, at: number) => {
      const total = of.gauges.get(whole) ?? 0;
      if (total > 0) store.push(derived, labels, at, value / total);
    },
  });
  if (name === "machine_cpu_cores") return gauge("cores");
  if (name === "machine_memory_bytes") return gauge("memory");
  const { device } = raw;
  if (name.startsWith("container_fs_"))
    return device === undefined ? undefined : diskSink(store, name, device, labels, of, storageBytes);
  if (name === "container_memory_working_set_bytes") return share("node_memory_ratio", "memory");
  if (name === "container_cpu_usage_seconds_total") {
    return {
      counter: true,
      sink: (value, seconds, at) => {
        const cores = of.rateOf("cpu", value, seconds);
        const total = of.gauges.get("cores") ?? 0;
        if (total > 0) store.push("node_cpu_ratio", labels, at, Math.min(1, cores / total));
      },
    };
  }
  return undefined;
}
