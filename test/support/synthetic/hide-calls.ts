import { hostsInValue } from "../../../src/cluster/host-names.ts";
import type { Recording } from "../../../src/replay/recording/load-recording.ts";

/** Series of a caller about its calls. */
const ofCaller = /_client_/;

/** Configuration without the addresses in it. */
function withoutHosts(value: unknown, name = ""): unknown {
  if (typeof value === "string") return hostsInValue(name, value).length > 0 ? "(elsewhere)" : value;
  if (Array.isArray(value)) return value.map((one) => withoutHosts(one, name));
  if (typeof value !== "object" || value === null) return value;
  const own = "name" in value && "value" in value && typeof value.name === "string" ? value.name : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withoutHosts(one, key === "value" ? (own ?? key) : key)]),
  );
}

/** An object as it is when programs find each other without anybody's configuration. */
function unaddressed<T extends object>(object: T): T {
  const { spec, data } = object as { spec?: unknown; data?: unknown };
  const isConfig = "kind" in object && object.kind === "ConfigMap";
  const hasPods = typeof spec === "object" && spec !== null && ("template" in spec || "containers" in spec);
  return {
    ...object,
    ...(hasPods ? { spec: onlyConfiguration(spec) } : {}),
    ...(isConfig && data !== undefined ? { data: withoutHosts(data) } : {}),
  };
}

/** Variables and arguments of containers, at whatever depth; all else stays. */
function onlyConfiguration(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onlyConfiguration);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === "env" || key === "args" || key === "command" ? withoutHosts(one) : onlyConfiguration(one),
    ]),
  );
}

/**
 * The same recording where nothing says who calls whom before `until` (ms): no address is configured, and callers do not count
 * their calls until then. What logs say stays.
 */
export function hideCalls(recording: Recording, until: number): Recording {
  return {
    ...recording,
    objects: recording.objects.map(unaddressed),
    changes: recording.changes.map((row) => ({ ...row, object: unaddressed(row.object) })),
    series: recording.series.map((one) => {
      if (!ofCaller.test(one.name)) return one;
      const from = [...one.times].findIndex((at) => at >= until);
      return from < 0
        ? { ...one, times: one.times.slice(0, 0), values: one.values.slice(0, 0) }
        : { ...one, times: one.times.slice(from), values: one.values.slice(from) };
    }),
  };
}
