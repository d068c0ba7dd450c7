import type { Pod } from "../../cluster/kubernetes-types.ts";
import type { DerivedPoint, Signal } from "../../cluster/signal.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { DeriverOptions } from "./derive/derive.ts";
import { inParallel } from "./in-parallel.ts";
import type { KnownPods } from "./known-pods.ts";
import { type HealthReport, readHealth } from "./read-health.ts";

/** Asks a pod through the API server. Timeouts are real time. Throws AppError when there is no answer at all. */
export interface HealthReader {
  podAnswer(
    endpoint: { namespace: string; pod: string; port: number; path: string; scheme: "http" | "https" },
    request?: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<{ readonly status: number; readonly body: string }>;
}

export interface HealthSourceOptions {
  readonly reader: HealthReader;
  readonly clock: Clock;
  readonly known: KnownPods;
  /** Pods of which namespaces are asked. Default all. */
  readonly reads?: (namespace: string) => boolean;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  readonly workloadOf: DeriverOptions["workloadOf"];
  /** Annotations of a pod's workload, for those who annotate the Deployment and not its pods. */
  readonly annotationsOf?: (pod: Pod) => Readonly<Record<string, string>>;
  /** Empty: all. */
  readonly namespaces?: readonly string[];
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  /** Pods asked in a round; others are left out, and that is told. */
  readonly maxPods?: number;
}

export interface HealthTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  readonly scheme: "http" | "https";
}

/** Refused for so long by the API is blindness. */
const blindMs = 45_000;

/**
 * Where to ask a running pod that has the annotation `kubemend.dev/health-path`; `kubemend.dev/health-port` (a number or
 * the name of a port) and `kubemend.dev/health-scheme`, if they are not the first container port and http.
 */
export function healthTarget(pod: Pod, ofWorkload: Readonly<Record<string, string>> = {}): HealthTarget | undefined {
  const { name, namespace = "", annotations = {}, deletionTimestamp } = pod.metadata;
  const setting = (key: string) => annotations[`kubemend.dev/${key}`] ?? ofWorkload[`kubemend.dev/${key}`];
  const path = setting("health-path");
  if (!path || deletionTimestamp !== undefined || pod.status?.phase !== "Running") return undefined;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const wanted = setting("health-port");
  const named = ports.find((port) => port.name !== undefined && port.name === wanted);
  const port = Number(named?.containerPort ?? wanted ?? ports[0]?.containerPort);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  return { namespace, pod: name, port, path, scheme: setting("health-scheme") === "https" ? "https" : "http" };
}

/** The API's own refusal, which says nothing about the pod unless it could not be reached. */
function refusedByApi(status: number, body: string): boolean {
  return status >= 400 && status < 500 && /"kind"\s*:\s*"Status"/.test(body) && /"apiVersion"\s*:\s*"v1"/.test(body);
}

/** A pod that hangs lets the time run out; an API server that is away breaks the connection. */
function tookTooLong(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === "TimeoutError";
}

/** Whether CPU and memory of a workload are of 100: known for good once one answer has shown it. */
type Scale = Map<string, true>;

function pointsOf(
  target: HealthTarget,
  workload: string,
  report: HealthReport,
  at: number,
  scale: Scale,
): DerivedPoint[] {
  const { namespace, pod } = target;
  const labels = { namespace, workload, pod };
  const key = `${namespace}/${workload}`;
  if (report.percent && scale.size < 10_000) scale.set(key, true);
  const divisor = scale.has(key) ? 100 : 1;
  const points: DerivedPoint[] = [{ name: "health_up", labels, at, value: report.up ? 1 : 0 }];
  const add = (name: DerivedPoint["name"], value: number | undefined, most: number): void => {
    if (value !== undefined && Number.isFinite(value) && value <= most) points.push({ name, labels, at, value });
  };
  // More than 64 cores busy, or memory over its whole: another unit than a share.
  add("health_cpu_ratio", report.cpu === undefined ? undefined : report.cpu / divisor, 64);
  add("health_memory_ratio", report.memory === undefined ? undefined : report.memory / divisor, 1.5);
  add("health_error_count", report.errorCount, Number.MAX_SAFE_INTEGER);
  add("health_uptime_seconds", report.uptimeSeconds, 1e10);
  add("health_degraded", report.degraded === undefined ? undefined : Number(report.degraded), 1);
  return points;
}

/** Uptime in milliseconds without saying so: older than the pod itself, but not as seconds. */
function withPlausibleUptime(report: HealthReport, createdAt: number, at: number): HealthReport {
  const { uptimeSeconds } = report;
  const podSeconds = (at - createdAt) / 1_000 + 60;
  const isMs =
    uptimeSeconds !== undefined && createdAt > 0 && uptimeSeconds > podSeconds && uptimeSeconds / 1_000 <= podSeconds;
  return isMs ? { ...report, uptimeSeconds: uptimeSeconds / 1_000 } : report;
}

/**
 * Asks every annotated pod for its health, in rounds until aborted. No answer, a refusal and "down" are `health_up` 0; only
 * the API server refusing all of them is blindness.
 */
export async function healthSource(options: HealthSourceOptions): Promise<void> {
  const { reader, clock, known, emit, signal, workloadOf, annotationsOf } = options;
  const { intervalMs = 15_000, timeoutMs = 5_000, concurrency = 8, maxPods = 500 } = options;
  const namespaces = new Set(options.namespaces ?? []);
  const scale: Scale = new Map();
  let failingSince: number | undefined;
  let told: string | undefined;

  const targets = (): HealthTarget[] =>
    known.pods().flatMap((pod) => {
      if (options.reads?.(pod.metadata.namespace ?? "") === false) return [];
      if (namespaces.size > 0 && !namespaces.has(pod.metadata.namespace ?? "")) return [];
      return healthTarget(pod, annotationsOf?.(pod)) ?? [];
    });

  const ask = async (target: HealthTarget): Promise<readonly DerivedPoint[] | string> => {
    const owner = workloadOf(target.namespace, target.pod);
    if (!owner) return [];
    try {
      const { status, body } = await reader.podAnswer(target, { signal, timeoutMs });
      if (refusedByApi(status, body)) return `the Kubernetes API answers ${status}`;
      const report = withPlausibleUptime(readHealth(status, body), owner.createdAt, clock.now());
      return pointsOf(target, owner.workload, report, clock.now(), scale);
    } catch (error) {
      if (signal.aborted) return [];
      if (!tookTooLong(error)) return messageOf(error, 160);
      const { namespace, pod } = target;
      return [{ name: "health_up", labels: { namespace, workload: owner.workload, pod }, at: clock.now(), value: 0 }];
    }
  };

  while (!signal.aborted) {
    const startedAt = clock.now();
    const all = targets();
    const answers = await inParallel(all.slice(0, maxPods), concurrency, ask);
    if (signal.aborted) break;
    const points = answers.flatMap((answer) => (typeof answer === "string" ? [] : answer));
    const refusal = answers.find((answer) => typeof answer === "string");
    const at = clock.now();
    if (points.length > 0) emit({ type: "derived", at, source: "health", points });
    failingSince = refusal !== undefined && points.length === 0 ? (failingSince ?? at) : undefined;
    const blind = failingSince !== undefined && at - failingSince >= blindMs;
    const left = all.length > maxPods ? `; ${all.length - maxPods} more than can be asked are left out` : "";
    const detail = blind ? `no health endpoint can be asked: ${refusal}` : `health endpoints are asked${left}`;
    if (all.length > 0 && (blind || failingSince === undefined) && detail !== told) {
      told = detail;
      emit({ type: "source", at, source: "health", ok: !blind, detail });
    }
    await rest(clock, Math.max(intervalMs / 10, startedAt + intervalMs - at), signal);
  }
}
