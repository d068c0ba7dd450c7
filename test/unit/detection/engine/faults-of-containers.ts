import type { DerivedPoint } from "../../../../src/cluster/signal.ts";
import { deployment, pod } from "../../../support/small-shop.ts";
import {
  container,
  crash,
  ended,
  Mi,
  machine,
  minute,
  namespace,
  type Row,
  says,
  start,
  twoScrapes,
  waiting,
} from "./fault-shop.ts";

/** What a container shows of itself: how it starts, ends, answers and what it takes. */
export const faultsOfContainers: readonly Row[] = [
  {
    cause: "memory-limit-too-low",
    as: "the new pod is killed for its memory",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    ...crash("carts", 137, "OOMKilled"),
  },
  {
    cause: "memory-leak",
    as: "memory that grows without load, told while there is more than two minutes left",
    target: "Deployment/carts",
    withinMs: 4 * minute,
    each: (shop, ms) =>
      shop.samples(
        ["container_spec_memory_limit_bytes", container("carts"), 128 * Mi],
        // Full after seven minutes.
        ["container_memory_working_set_bytes", container("carts"), (52 + (ms / minute) * 11) * Mi],
      ),
  },
  {
    cause: "cpu-throttling",
    as: "most CPU periods end at the quota",
    target: "Deployment/carts",
    withinMs: minute,
    each: (shop, ms) =>
      shop.samples(
        ["container_cpu_cfs_periods_total", container("carts"), (shop.world.now() - start) / 100],
        ["container_cpu_cfs_throttled_periods_total", container("carts"), ms / 125],
      ),
  },
  {
    cause: "cpu-saturation",
    as: "the node has no CPU left",
    target: "Node/node-1",
    withinMs: minute,
    each: (shop, ms) =>
      shop.samples(
        ["machine_cpu_cores", machine, 4],
        ["container_cpu_usage_seconds_total", machine, 120 + (ms / 1_000) * 3.95],
      ),
  },
  {
    cause: "image-not-found",
    as: "the tag does not exist",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("catalogue", {
        phase: "Pending",
        state: waiting("ImagePullBackOff", "registry/catalogue:9: not found"),
      }),
  },
  {
    cause: "image-pull-denied",
    as: "the registry refuses",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("catalogue", {
        phase: "Pending",
        state: waiting("ErrImagePull", "pull access denied, 401 Unauthorized"),
      }),
  },
  {
    cause: "missing-env",
    as: "the process exits at once",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    ...crash("carts", 1, "Error"),
  },
  {
    cause: "missing-config",
    as: "the ConfigMap is not there",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("carts", {
        phase: "Pending",
        state: waiting("CreateContainerConfigError", 'configmap "settings" not found'),
      }),
  },
  {
    cause: "bad-config",
    as: "a configuration that cannot be parsed ends the process",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    ...crash("catalogue", 78, "Error"),
  },
  {
    cause: "bad-command",
    as: "no such file",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("carts", { state: waiting("RunContainerError", 'exec: "serve": executable file not found') }),
  },
  {
    cause: "init-failure",
    as: "the init container fails again",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin(shop) {
      const at = shop.world.now();
      shop.newPod("carts", { phase: "Pending", state: waiting("PodInitializing") });
      const made = pod({
        app: "carts",
        hash: "b2",
        suffix: "y1",
        at,
        ready: false,
        phase: "Pending",
        state: waiting("PodInitializing"),
      }) as { spec: object; status: object };
      shop.world.put({
        ...made,
        spec: { ...made.spec, initContainers: [{ name: "migrate" }] },
        status: {
          ...made.status,
          initContainerStatuses: [
            { name: "migrate", restartCount: 2, state: waiting("CrashLoopBackOff"), lastState: ended(1, "Error", at) },
          ],
        },
      });
    },
  },
  {
    cause: "bad-liveness-probe",
    as: "a healthy container is killed by its probe",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin(shop) {
      shop.newPod("catalogue", { restartCount: 1 });
      shop.event(
        { kind: "Pod", name: "catalogue-b2-y1" },
        "Unhealthy",
        "Liveness probe failed: HTTP probe failed with statuscode: 404",
        3,
      );
      shop.event(
        { kind: "Pod", name: "catalogue-b2-y1" },
        "Killing",
        "Container app failed liveness probe, will be restarted",
      );
    },
  },
  {
    cause: "bad-readiness-probe",
    as: "the probe's path is not there",
    target: "Deployment/catalogue",
    withinMs: minute,
    begin: (shop) => shop.newPod("catalogue", {}),
    each: (shop) =>
      shop.event(
        { kind: "Pod", name: "catalogue-b2-y1" },
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 404",
        5,
      ),
  },
  {
    cause: "bad-release",
    as: "a new revision answers a part with errors",
    target: "Deployment/catalogue",
    withinMs: minute,
    begin: (shop) => shop.world.put(...deployment({ app: "catalogue", generation: 2, image: "registry/catalogue:2" })),
    load: { frontend: { ok: 25, failed: 5 }, "frontend>catalogue": { ok: 10, failed: 5 } },
  },
  {
    cause: "permission-denied",
    as: "the API server refuses what the process asks",
    target: "Deployment/carts",
    withinMs: minute,
    each: says("carts", 'ERROR configmaps is forbidden: User "system:serviceaccount:shop:carts" cannot list resource'),
  },
  {
    cause: "application-degraded",
    as: "the application reports itself unwell",
    target: "Deployment/catalogue",
    withinMs: minute,
    each({ world }) {
      const labels = { namespace, workload: "catalogue", pod: "catalogue-a1-x1" };
      const at = world.now();
      const point = (name: DerivedPoint["name"], value: number): DerivedPoint => ({ name, labels, at, value });
      world.engine.ingest({
        type: "derived",
        at,
        source: "health",
        points: [
          point("health_up", 1),
          point("health_cpu_ratio", 0.5),
          point("health_memory_ratio", 0.97),
          point("health_error_count", 40),
          point("health_uptime_seconds", 7_200),
        ],
      });
    },
  },
];
