import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { createKubernetesActor } from "../../src/adapters/kubernetes-actor/kubernetes-actor.ts";
import { inputError } from "../../src/lib/app-error.ts";
import type { Logger } from "../../src/lib/logger.ts";
import { objectAt } from "../../src/replay/api/json.ts";
import { listIncidents } from "../../src/store/incidents/incidents.ts";
import { breakThings } from "./break-and-restore.ts";
import { catalogueWorks } from "./catalogue.ts";
import { accessIsAsGenerated, admissionHolds, type Check, chartIsTaken, installIdentities, served } from "./checks.ts";
import { type ClusterApi, createClusterApi, namedOf } from "./cluster-api.ts";
import { faults, notInjected } from "./faults.ts";
import type { Report } from "./report.ts";
import { type FaultRow, liveLimits, runFault } from "./run-fault.ts";
import { sampleShop } from "./sample-shop.ts";
import { watchWithKubemend } from "./watch-kubemend.ts";

export interface ClusterRun {
  readonly kubeConfig: KubeConfig;
  /** kubemend's own image, as the nodes can pull it: the shop's programs run in it. */
  readonly image: string;
  /** Parts of names of faults; empty: all. */
  readonly only: readonly string[];
  readonly quietMinutes: number;
  readonly log: Logger;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

const oldestMinor = 28;
const readyMs = 10 * 60_000;
/** Rates look back a minute: what the catalogue's part did to the shop is an incident until then, and rightly so. */
const settleMs = 90_000;

async function versionOf(api: ClusterApi): Promise<string> {
  const { body, status } = await api.send("GET", "/version");
  const { gitVersion = "", minor = "" } = (body ?? {}) as { gitVersion?: string; minor?: string };
  if (status !== 200)
    throw inputError(
      "cluster-unreachable",
      `The cluster answers /version with ${status}.`,
      "Check the kubeconfig with kubectl version.",
    );
  if (Number.parseInt(minor, 10) < oldestMinor)
    throw inputError(
      "cluster-too-old",
      `The cluster runs ${gitVersion}.`,
      `kubemend needs Kubernetes 1.${oldestMinor} or newer.`,
    );
  return gitVersion;
}

/** Until every workload of the shop has all its replicas available. @throws when they have not in time, with those that lack some */
export async function shopIsReady(
  api: ClusterApi,
  namespace: string,
  signal: AbortSignal,
  withinMs = readyMs,
): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const kinds = ["Deployment", "StatefulSet"];
    const workloads = (await Promise.all(kinds.map((kind) => api.list("apps/v1", kind, namespace)))).flat();
    const lacking = workloads.filter((object) => {
      const wanted = objectAt(object, "spec")?.["replicas"] ?? 1;
      return (objectAt(object, "status")?.["availableReplicas"] ?? 0) !== wanted;
    });
    if (lacking.length === 0) return;
    if (performance.now() > end)
      throw inputError(
        "shop-not-ready",
        `The shop did not become ready: ${lacking.map(({ metadata }) => metadata.name).join(", ")}.`,
        "Can the nodes pull the image you gave with --image? kubectl describe pod says why not.",
      );
    await delay(2_000, undefined, { signal });
  }
}

/**
 * Until no pod is on its way out: one that a kubelet is slow to end is an incident a minute after its grace period, and rightly so.
 * Not waited for longer than `withinMs`.
 */
async function leftoversAreGone(api: ClusterApi, namespace: string, signal: AbortSignal, withinMs: number) {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const pods = await api.list("v1", "Pod", namespace);
    if (pods.every(({ metadata }) => metadata.deletionTimestamp === undefined)) return;
    await delay(2_000, undefined, { signal });
  }
}

/** The whole suite on a live cluster, in a namespace of its own that goes with it. */
export async function runOnCluster(run: ClusterRun): Promise<Report> {
  const { kubeConfig, image, say, signal, log } = run;
  const api = createClusterApi(kubeConfig);
  const cluster = await versionOf(api);
  const namespace = `kubemend-suite-${randomBytes(3).toString("hex")}`;
  await using stack = new AsyncDisposableStack();
  const checks: Check[] = [];
  const rows: FaultRow[] = [];
  say(`${cluster}; namespace ${namespace}`);
  // Without it every autoscaler is broken, as kubemend would rightly say all the time.
  const hasMetrics = await served(api, "metrics.k8s.io/v1beta1", "PodMetrics");
  const shop = sampleShop(namespace, image).filter(({ kind }) => hasMetrics || kind !== "HorizontalPodAutoscaler");
  for (const object of shop) {
    if (object.kind === "Namespace") stack.defer(() => api.remove(namedOf(object)));
    await api.apply(object);
  }
  await shopIsReady(api, namespace, signal);
  say("the shop is ready");

  {
    const { policyServed, remove } = await installIdentities(api, namespace);
    try {
      checks.push(...(await chartIsTaken(api, namespace)));
      // The API server reads a new policy within some seconds.
      await delay(10_000, undefined, { signal });
      checks.push(...(await accessIsAsGenerated(api, namespace)), await admissionHolds(api, namespace, policyServed));
    } finally {
      await remove();
    }
  }
  say("chart and rights are checked");
  checks.push(
    ...(await catalogueWorks({ api, actor: createKubernetesActor({ config: kubeConfig }), namespace, image })),
  );
  await shopIsReady(api, namespace, signal);
  say("the catalogue is tried");
  await delay(settleMs, undefined, { signal });
  await leftoversAreGone(api, namespace, signal, readyMs);

  const watched = stack.use(
    await watchWithKubemend({ kubeConfig, namespaces: [namespace], scrapeSeconds: 5, learnMinutes: 3, log }),
  );
  await Promise.race([delay(run.quietMinutes * 60_000, undefined, { signal }), watched.done]);
  const quiet = await listIncidents(watched.deps.database, { limit: 100 });
  say(`${quiet.length} incidents in ${run.quietMinutes} quiet minutes`);
  const chosen = faults.filter(({ name }) => run.only.length === 0 || run.only.some((part) => name.includes(part)));
  for (const fault of chosen) {
    // Ctrl-C: what was found until then is still told.
    if (signal.aborted) break;
    const inject = async () => {
      const at = Date.now();
      return { at, restore: await breakThings(api, fault.breaking(namespace), image) };
    };
    rows.push(
      await runFault({ ...fault, inject }, { ...watched.deps, undo: watched.undo, limits: liveLimits, say, signal }),
    );
    if (signal.aborted) break;
    await shopIsReady(api, namespace, signal);
  }
  const left = chosen.length - rows.length;
  return {
    cluster,
    emulated: false,
    checks,
    faults: rows,
    falseInQuietTime: quiet.map(({ title }) => title),
    quietMinutes: run.quietMinutes,
    skipped: [
      ...(left > 0 ? [{ what: `${left} more faults`, why: "interrupted" }] : []),
      ...(hasMetrics ? [] : [{ what: "the shop's autoscaler", why: "the cluster serves no metrics.k8s.io" }]),
      ...Object.entries(notInjected).map(([what, why]) => ({ what, why })),
    ],
  };
}
