import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ClusterToolsDeps, clusterTools } from "../../../../src/adapters/cluster-tools/cluster-tools.ts";
import { createKubernetesReader } from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createEvidenceBook } from "../../../../src/rca/gather/evidence-book.ts";
import { observationTools } from "../../../../src/rca/investigate/observation-tools.ts";
import { createToolBox } from "../../../../src/rca/investigate/tool-box.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";
import { type ServedRecording, serveRecording } from "../../../../src/replay/serve.ts";
import { recordingFolder } from "../../replay/player/played-world.ts";

let served: ServedRecording;
let reader: ClusterToolsDeps["reader"];
const carts = { kind: "Deployment", namespace: "sock-shop", name: "carts" };

beforeAll(async () => {
  served = await serveRecording({ recording: recordingFolder("sock-shop-01"), speed: 1 });
  const client = createKubernetesReader({ kubeconfig: served.kubeconfig, log: pino({ level: "silent" }) });
  reader = client;
  // Some seconds into the fault: carts is killed for want of memory.
  served.clock.jumpTo(Date.parse("2026-11-20T22:40:30Z"));
  await vi.waitFor(async () => {
    const pods = await client.list("Pod", { namespace: "sock-shop", labelSelector: "app=carts" });
    expect(JSON.stringify(pods)).toMatch(/"restartCount":[1-9]/);
  });
});
afterAll(async () => {
  await served.close();
});

/** A box on a live cluster that kubemend has only just begun to watch: nothing was observed yet. */
function box(deps: Partial<ClusterToolsDeps> = {}) {
  const { redact } = createRedactor({ salt: "x" });
  const now = served.clock.now();
  const observed = observationTools(createObservation({ cluster: "test" }));
  return createToolBox({
    tools: clusterTools({ reader, observed, namespaces: [], ...deps }),
    book: createEvidenceBook({ redact }),
    context: { now, onset: now - 120_000, signal: AbortSignal.timeout(20_000) },
    maxCalls: 30,
    letter: "L",
  });
}
const run = (name: string, args: object, deps: Partial<ClusterToolsDeps> = {}) =>
  box(deps).run({ name, arguments: JSON.stringify(args) });

describe("look-ups on a live cluster, with nothing but the reader", () => {
  test("objects as they are now", async () => {
    const text = await run("get_object", { ...carts, field: "status" });
    expect(text).toMatch(/^\[L1\] object, Deployment sock-shop\/carts, .*unavailableReplicas/);
    expect(await run("get_object", { ...carts, name: "ghost", field: null })).toMatch(/no-data: "There is no/);
    expect(await run("get_object", { ...carts, kind: "Banana", field: null })).toMatch(
      /error: "The look-up failed: kubemend does not read objects of kind Banana/,
    );
  });

  test("the log of the run before the restart, which nobody followed", async () => {
    const args = { ...carts, container: null, grep: null, minutes: 60 };
    expect(await run("read_logs", { ...args, previous: true })).toMatch(/^\[L1\] log, .*carts-/);
    expect(await run("read_logs", { ...args, grep: "no such words", previous: true })).toMatch(/no-data: "No line in/);
  });

  test("events of one object, and revisions with what they changed", async () => {
    expect(await run("list_events", { ...carts, minutes: 10 })).toMatch(
      /^\[L1\] event, Deployment sock-shop\/carts, .*ScalingReplicaSet/,
    );
    expect(await run("rollout_history", carts)).toMatch(/^\[L1\] change, .*revision \d+ of .*memory/);
  });

  test("Prometheus where there is one, bounded and only of namespaces that are watched", async () => {
    const asked: unknown[] = [];
    const prometheus: ClusterToolsDeps["prometheus"] = {
      queryRange: async (expr, request) => {
        asked.push([expr, request.stepMs, request.timeoutMs]);
        const points = [1, 2, 3].map((value, i) => ({ at: request.from + i * 60_000, value }));
        return {
          result: [
            { labels: { namespace: "sock-shop", pod: "a" }, points },
            { labels: { namespace: "payroll", pod: "b" }, points },
          ],
          warnings: [],
        };
      },
    };
    const text = await run("query_metrics", { promql: "up", minutes: 60 }, { prometheus, namespaces: ["sock-shop"] });
    expect(text).toMatch(/pod=\\+"a\\+"\}: lowest 1, highest 3, last 3/);
    expect(text).not.toContain("payroll");
    expect(asked).toEqual([["up", 60_000, 5_000]]);
  });

  test("figures of namespaces that are not watched do not come added up, renamed, or under another label", async () => {
    const asked: string[] = [];
    const prometheus = {
      queryRange: async (expr: string) => {
        asked.push(expr);
        const points = [{ at: 0, value: 42 }];
        const result = [
          { labels: { k8s_namespace_name: "payroll", pod: "b" }, points },
          { labels: { k8s_namespace_name: "sock-shop", pod: "a" }, points },
        ];
        return { result, warnings: [] };
      },
    };
    const deps = { prometheus, namespaces: ["sock-shop"], namespaceLabel: "k8s_namespace_name" };
    for (const promql of ["sum(salaries)", 'label_replace(salaries, "namespace", "sock-shop", "", "")'])
      expect(await run("query_metrics", { promql, minutes: 5 }, deps)).toMatch(/must name its namespace/);
    expect(asked).toEqual([]);
    const plain = await run("query_metrics", { promql: "salaries", minutes: 5 }, deps);
    expect(plain).toContain("sock-shop");
    expect(plain).not.toContain("payroll");
    const own = 'sum(carts{namespace="sock-shop"})';
    expect(await run("query_metrics", { promql: own, minutes: 5 }, deps)).toContain("42");
  });

  test.each([
    "get_object",
    "read_logs",
    "rollout_history",
    "neighbours",
    "list_events",
  ])("%s looks nowhere that is not watched", async (name) => {
    const rest: Record<string, object> = {
      get_object: { field: null },
      read_logs: { container: null, grep: null, previous: false, minutes: 5 },
      list_events: { minutes: 5 },
    };
    const args = { ...carts, namespace: "payroll", ...rest[name] };
    expect(await run(name, args, { namespaces: ["sock-shop"] })).toMatch(
      /error: "The look-up failed: Namespace payroll is not watched\."/,
    );
  });
});
