import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { defaultPolicy } from "../../src/actions/policy/policy-file.ts";
import { createKubernetesChaos } from "../../src/adapters/kubernetes-chaos/kubernetes-chaos.ts";
import { approveFirstFixes } from "../../src/app/chaos/chaos-approver.ts";
import { makeRun } from "../../src/app/chaos/chaos-run.ts";
import { configSchema } from "../../src/config/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startKubemend } from "../../src/main.ts";
import { loadTruth } from "../../src/replay/player/load-truth.ts";
import { serveRecording } from "../../src/replay/serve.ts";
import { createPlanStore } from "../../src/store/plans/plan-store.ts";
import { withDatabase } from "../support/postgres.ts";
import { promiseFigure } from "../support/promise-figure.ts";
import { depsFor, experimentOf } from "../unit/chaos/chaos-world.ts";

const recording = join(import.meta.dirname, "../recordings/sock-shop-01");
const leadInMarginMs = 20_000;

/**
 * The whole of it against a cluster that was recorded when exactly this fault was made: the experiment starves carts of
 * memory, the recorded cluster shows what that does, kubemend watches and diagnoses, and putting the limit back is what
 * repairs the recorded cluster. Takes about three minutes, in real time.
 */
test.each([
  { name: "nobody approves anything", approve: false },
  { name: "the first fix offered is approved", approve: true },
])("an experiment on a recorded shop, $name: kubemend finds cause, culprit and fix (A10)", {
  timeout: 400_000,
}, async ({ name, approve }) => {
  const [fault] = await loadTruth(recording);
  if (!fault) throw new Error("no fault");
  await using database = await withDatabase();
  const served = await serveRecording({ recording, leadInSpeed: 40, leadInMarginMs });
  await using _served = { [Symbol.asyncDispose]: () => served.close() };
  const labels = { "kubemend.dev/chaos": "allowed" };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "sock-shop", labels } };
  const body = JSON.stringify(namespace);
  const made = await fetch(`${served.url}/api/v1/namespaces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  if (made.status === 409)
    await fetch(`${served.url}/api/v1/namespaces/sock-shop`, {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body,
    });
  const config = configSchema.parse({
    cluster: "shop",
    web: { port: 0 },
    detection: { scrapeSeconds: served.recording.header.scrapeIntervalSeconds, learnMinutes: 3 },
  });
  const store = {
    database,
    url: database.url,
    origin: "test",
    migrated: [],
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  await using _kubemend = await startKubemend({
    config,
    policy: defaultPolicy,
    role: "all",
    store,
    kubeConfig: served.kubeconfig,
    log: silentLogger,
    clock: served.clock,
  });
  await vi.waitFor(() => expect(served.clock.now()).toBeGreaterThan(fault.injectedAt - leadInMarginMs), {
    timeout: 120_000,
    interval: 100,
  });

  const culprit = { kind: "Deployment", namespace: "sock-shop", name: "carts" };
  const { experiment, file, by } = experimentOf(
    { method: "starve-memory", target: { name: "carts" }, limit: "34Mi" },
    {
      blastRadius: { namespaces: ["sock-shop"], maxObjects: 1 },
      duration: "100s",
      every: "5s",
      settle: "3m",
      expected: {
        cause: "memory-limit-too-low",
        culprit,
        fix: ["patch-resources", "rollback-deployment"],
        within: "90s",
      },
    },
  );
  const cluster = createKubernetesChaos({ config: served.kubeconfig });
  const lines: string[] = [];
  const deps = depsFor(served, database, { cluster, clock: served.clock, say: (line) => void lines.push(line) });
  const over = new AbortController();
  const approvals = approve
    ? approveFirstFixes(
        {
          plans: createPlanStore(database),
          policy: defaultPolicy,
          database,
          cluster: "shop",
          clock: served.clock,
          reach: { namespaces: ["sock-shop"], nodes: false },
          say: (line) => void lines.push(line),
        },
        { id: "mail:oncall@example.com", name: "oncall@example.com" },
        over.signal,
      )
    : Promise.resolve();
  const outcome = await makeRun(deps, { experiment, file, by }).finally(() => over.abort());
  await approvals;
  if (outcome.type === "refused") throw new Error(outcome.problems.join("; "));
  const told = JSON.stringify({ lines, result: outcome.result }, null, 1);
  expect(outcome.result, told).toMatchObject({
    verdict: "held",
    clean: true,
    score: {
      detected: true,
      inTime: true,
      rightCause: true,
      rightCulprit: true,
      rightFix: true,
      ...(approve ? { fixWorked: true } : {}),
      falseMerges: [],
      split: [],
      foreign: [],
    },
  });
  promiseFigure("A10", `an experiment on a recorded shop, ${name}`, "cause, culprit and fix right, left clean");
});
