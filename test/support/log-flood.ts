import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import type { Signal } from "../../src/cluster/signal.ts";
import type { DetectionEngine } from "../../src/detection/engine/engine.ts";
import { deployment, pod } from "./small-shop.ts";

/** Workloads that write, each with one pod and one container. */
export const floodWorkloads = 20;

export function putFlooders(engine: DetectionEngine, at: number): void {
  for (let w = 0; w < floodWorkloads; w++)
    for (const object of [...deployment({ app: `app-${w}` }), pod({ app: `app-${w}`, at: at - 600_000 })])
      engine.ingest({ type: "object", at, change: "ADDED", object: object as KubeObject });
}

const hex = (i: number) => (Math.imul(i, 2_654_435_761) >>> 0).toString(16);

/** Five in eight are JSON, one in eight is an error, as a shop in trouble writes. */
export function floodLine(i: number): string {
  if (i % 8 < 5) {
    const trace_id = hex(i);
    return JSON.stringify({
      level: "info",
      msg: "request completed",
      path: `/catalogue/${i % 9_000}`,
      status: 200,
      trace_id,
    });
  }
  if (i % 8 < 7)
    return `2026-11-20 22:10:36.100  INFO  [carts,${hex(i)}] GET /carts/u${i % 40} status=200 ms=${i % 90}`;
  return `2026-11-20 22:10:36.100  ERROR [orders,${hex(i)}] connect ECONNREFUSED 10.43.${i % 255}.7:8080`;
}

export function floodSignal(i: number, at: number, line: string): Signal {
  const podName = `app-${i % floodWorkloads}-a1-x1`;
  return { type: "log", at, line: { at, namespace: "shop", pod: podName, container: "app", line } };
}
