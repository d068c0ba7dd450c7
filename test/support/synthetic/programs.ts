import type { Api } from "./api.ts";
import type { Any, Container, Pod } from "./kube-types.ts";
import type { Plan } from "./kubelet.ts";
import { logLine } from "./log-format.ts";

const keysOf = (object: Any | undefined) => (object?.data ?? {}) as Readonly<Record<string, string>>;

/** The environment of a container as the kubelet resolves it, or the reason why it cannot. */
export function resolveEnv(api: Api, container: Container): { env: Record<string, string>; error?: string } {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    const secret = valueFrom?.secretKeyRef;
    const config = valueFrom?.configMapKeyRef;
    const ref = secret ?? config;
    if (!ref) {
      env[name] = value ?? "";
      continue;
    }
    const kind = secret ? "Secret" : "ConfigMap";
    const object = api.get(kind, ref.name);
    if (ref.optional) continue;
    if (!object) return { env, error: `${kind.toLowerCase()} "${ref.name}" not found` };
    const found = keysOf(object)[ref.key];
    if (found === undefined)
      return { env, error: `couldn't find key ${ref.key} in ${kind} ${api.namespace}/${ref.name}` };
    env[name] = found;
  }
  return { env };
}

const caches: Readonly<Record<string, { entries: number; mib: number }>> = {
  catalogue: { entries: 8704, mib: 34 },
  payment: { entries: 6144, mib: 24 },
  orders: { entries: 7168, mib: 28 },
  carts: { entries: 8192, mib: 32 },
  frontend: { entries: 6656, mib: 26 },
};

/** What the shop's programs do when they start, given their configuration. */
export function shopPlan(api: Api, pod: Pod, container: Container): Plan {
  const app = container.name;
  const at = (ms: number) => api.sim.now() + ms;
  const tag = container.image.split(":").at(-1) ?? "";
  const { env, error } = resolveEnv(api, container);
  const line = (ms: number, level: "info" | "warn" | "error", msg: string, fields = {}) => ({
    ms,
    text: logLine(app, at(ms), { level, msg, fields }),
  });
  const base: Plan = {
    listenAfterMs: 60,
    readyAfterMs: 2_160,
    port: 8080,
    lines: [],
    ...(error === undefined ? {} : { configError: error }),
  };
  if (app === "migrate")
    return {
      ...base,
      exit: { afterMs: 700, code: 0 },
      lines: [line(150, "info", "connected, schema at version 14, target 14"), line(560, "info", "nothing to migrate")],
    };
  if (pod.metadata.labels?.app === "stock-sync")
    return {
      ...base,
      exit: { afterMs: 6_200, code: 0 },
      lines: [
        line(200, "info", "fetching http://catalogue/items"),
        line(1_900, "info", "synchronised 8 items in 1.5 s"),
      ],
    };
  const starting = line(30, "info", `starting ${app} ${tag}`, { node: "v20.20.2", cpus: 1 });
  const pool = env.DB_POOL_SIZE;
  if (pool !== undefined && !/^[1-9]\d*$/.test(pool))
    return {
      ...base,
      exit: { afterMs: 330, code: 1 },
      lines: [
        line(20, "info", `starting ${app} ${tag}`, { node: "v20.20.2", cpus: 1 }),
        line(40, "error", `configuration error: DB_POOL_SIZE must be a positive integer, got "${pool}"`),
      ],
    };
  const cache = caches[app];
  return {
    ...base,
    lines: [
      starting,
      line(60, "info", "listening", { port: 8080 }),
      line(2_160, "info", "ready to serve", { after_ms: 2_102 }),
      ...(cache ? [line(10_400, "info", "cache warm", cache)] : []),
    ],
  };
}
