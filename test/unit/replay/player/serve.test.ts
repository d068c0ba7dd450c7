import { AppsV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { createKubernetesReader } from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { liveSignals } from "../../../../src/detection/collect/live-signals.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { demoRecordingFolder } from "../../../../src/replay/demo-recording.ts";
import { serveRecording } from "../../../../src/replay/serve.ts";
import { recordingFolder } from "./played-world.ts";

const strategic = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
const limit = (memory: string) => ({
  spec: { template: { spec: { containers: [{ name: "carts", resources: { limits: { memory } } }] } } },
});

test("the whole way over HTTP: broken, a dry run, a patch that does not help, one that does, recovered", async () => {
  const served = await serveRecording({ recording: demoRecordingFolder, speed: 60 });
  const stopping = new AbortController();
  try {
    served.clock.jumpTo(Date.parse("2026-11-20T22:43:00Z"));
    const reader = createKubernetesReader({ kubeconfig: served.kubeconfig, log: silentLogger });
    const live = liveSignals({
      reader,
      clock: served.clock,
      signal: stopping.signal,
      namespaces: ["sock-shop"],
      scrapeIntervalMs: 5_000,
    });
    const apps = served.kubeconfig.makeApiClient(AppsV1Api);
    const patch = (memory: string, dryRun?: string) =>
      apps.patchNamespacedDeployment(
        {
          name: "carts",
          namespace: "sock-shop",
          body: limit(memory),
          fieldManager: "kubemend",
          ...(dryRun && { dryRun }),
        },
        strategic,
      );
    const next = live[Symbol.asyncIterator]();
    const waitFor = async (found: (signal: Signal) => boolean): Promise<void> => {
      for (;;) {
        const { value, done } = await next.next();
        if (done) throw new Error("the signals ended");
        if (found(value)) return;
      }
    };
    const ready = (count: number) => (signal: Signal) =>
      signal.type === "object" &&
      signal.object.kind === "Deployment" &&
      signal.object.metadata.name === "carts" &&
      ((signal.object.status as { readyReplicas?: number }).readyReplicas ?? 0) === count;

    await waitFor(
      (signal) => signal.type === "log" && signal.line.line.includes("upstream carts: connect ECONNREFUSED"),
    );
    await patch("256Mi", "All");
    expect(served.player.state).not.toBe("released");
    await patch("40Mi");
    expect(served.player.state).not.toBe("released");
    await patch("128Mi");
    expect(served.player.state).toBe("released");
    await waitFor(ready(1));
    const history = await reader.rolloutHistory({ kind: "Deployment", namespace: "sock-shop", name: "carts" });
    expect(history.map(({ revision }) => revision)).toEqual([3, 2, 1]);
  } finally {
    stopping.abort();
    await served.close();
  }
});

test("the quiet beginning runs fast, the fault at the speed that was asked for", async () => {
  const served = await serveRecording({ recording: recordingFolder("sock-shop-06"), speed: 2, leadInSpeed: 5_000 });
  try {
    expect(served.clock.speed).toBe(5_000);
    await served.clock.sleep(Date.parse("2026-11-20T23:36:28.835Z") - served.clock.now());
    await new Promise((resolve) => setImmediate(resolve));
    expect(served.clock.speed).toBe(2);
    expect(served.player.state).toBe("playing");
  } finally {
    await served.close();
  }
});
