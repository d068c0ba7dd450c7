import { crashed, ns, running, type Shop, waiting } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

const image = (shop: Shop, name: string, tag: string) =>
  shop.change("Deployment", name, (draft) => {
    draft.spec.template.spec.containers[0].image = `localhost:5000/shop/${name}:${tag}`;
  });

const isReady = (shop: Shop, pod: string, ready: boolean) =>
  shop.change("Pod", pod, (draft) => {
    draft.status.conditions = [
      { type: "PodScheduled", status: "True" },
      { type: "Ready", status: ready ? "True" : "False" },
    ];
    draft.status.containerStatuses[0].ready = ready;
  });

/** Memory of a pod that grows in a straight line from `from` by `perMinute` MiB. */
function grow(shop: Shop, pod: string, container: string, from: number, perMinute: number): void {
  for (let at = shop.onset - 8_000; at < shop.now; at += 5_000) {
    const mebibytes = from + (perMinute * (at - shop.onset + 8_000)) / 60_000;
    shop.observation.series.push(
      "container_memory_working_set_bytes",
      { namespace: ns, pod, container },
      at,
      mebibytes * 2 ** 20,
    );
  }
}

/** Troubles of which measurements, probes and the scheduler tell. */
export const measuredTroubles: readonly Trouble[] = [
  {
    name: "every pod of a new release takes more memory by the minute",
    cause: "memory-leak",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "prediction", "memory-exhaustion"]],
    breakIt(shop) {
      shop.now = shop.onset + 180_000;
      image(shop, "catalogue", "1.9.0");
      for (let i = 0; i < 2; i++) grow(shop, shop.freshPod("catalogue", running("catalogue")), "catalogue", 30, 12);
    },
  },
  {
    name: "a node is full and everything on it is slow",
    cause: "cpu-saturation",
    culprit: "Node node-1",
    fix: ["guide", "Node node-1"],
    symptoms: [
      ["Deployment", "frontend", "metric", "latency"],
      ["Deployment", "carts", "metric", "latency"],
      ["Deployment", "orders", "metric", "latency"],
      ["Deployment", "payment", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.series("node_cpu_ratio", { namespace: "", node: "node-1" }, 0.3, 0.99);
      for (const workload of ["frontend", "carts", "orders", "payment"])
        shop.series("latency_mean_seconds", { workload }, 0.01, 0.2);
    },
  },
  {
    name: "a workload burns the CPU of its node unasked, and its neighbours are slow",
    cause: "cpu-saturation",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["restart", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "frontend", "metric", "latency"],
      ["Deployment", "catalogue", "metric", "latency"],
      ["Deployment", "payment", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.series("node_cpu_ratio", { namespace: "", node: "node-1" }, 0.3, 0.99);
      const pod = shop.pods("carts-db")[0] ?? "";
      shop.series("container_cpu_cores", { pod, container: "carts-db" }, 0.02, 1.4);
      for (const workload of ["frontend", "catalogue", "payment"])
        shop.series("latency_mean_seconds", { workload }, 0.01, 0.2);
    },
  },
  {
    name: "a tag does not exist",
    cause: "image-not-found",
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment", "state", "ImagePullBackOff"],
      ["Deployment", "orders"],
    ],
    breakIt(shop) {
      image(shop, "payment", "3.2.o");
      const pod = shop.freshPod(
        "payment",
        waiting("payment", "ImagePullBackOff", 'Back-off pulling image "localhost:5000/shop/payment:3.2.o"'),
      );
      shop.event(
        "Pod",
        pod,
        "Failed",
        'Failed to pull image "localhost:5000/shop/payment:3.2.o": failed to resolve reference: localhost:5000/shop/payment:3.2.o: not found',
        3,
      );
    },
  },
  {
    name: "a liveness probe asks where nothing listens",
    cause: "bad-liveness-probe",
    culprit: `Deployment ${ns}/carts`,
    fix: ["patch-probe", `Deployment ${ns}/carts`],
    symptoms: [
      ["Deployment", "carts", "state", "CrashLoopBackOff"],
      ["Deployment", "orders"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "carts", (draft) => {
        draft.spec.template.spec.containers[0].livenessProbe.httpGet.port = 9099;
      });
      const pod = shop.freshPod("carts", crashed("carts", 137, shop.onset + 30_000));
      shop.event(
        "Pod",
        pod,
        "Unhealthy",
        'Liveness probe failed: Get "http://10.244.0.9:9099/healthz": dial tcp 10.244.0.9:9099: connect: connection refused',
        6,
      );
      shop.event("Pod", pod, "Killing", "Container carts failed liveness probe, will be restarted", 2);
    },
  },
  {
    name: "a readiness probe asks for a path that is not served",
    cause: "bad-readiness-probe",
    culprit: `Deployment ${ns}/orders`,
    fix: ["patch-probe", `Deployment ${ns}/orders`],
    symptoms: [["Deployment", "orders", "state", "NotReady"]],
    breakIt(shop) {
      shop.change("Deployment", "orders", (draft) => {
        draft.spec.template.spec.containers[0].readinessProbe.httpGet.path = "/readyz";
      });
      const pod = shop.freshPod("orders", running("orders", false));
      shop.event("Pod", pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", 9);
    },
  },
  {
    name: "a request for CPU is larger than any node",
    cause: "unschedulable",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "Unschedulable"]],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.containers[0].resources.requests.cpu = "64";
      });
      const message = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available.";
      const pod = shop.freshPod(
        "catalogue",
        {
          phase: "Pending",
          conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
          containerStatuses: [],
        },
        (draft) => {
          delete draft.spec.nodeName;
        },
      );
      shop.event("Pod", pod, "FailedScheduling", message, 4);
    },
  },
  {
    name: "a Service is pointed at labels that no pod carries",
    cause: "selector-mismatch",
    culprit: `Service ${ns}/orders`,
    fix: ["patch-selector", `Service ${ns}/orders`],
    symptoms: [
      ["Service", "orders", "state", "NoReadyEndpoints"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Service", "orders", (draft) => {
        draft.spec.selector = { app: "order" };
      });
      for (const slice of shop.observation.objects.list("EndpointSlice", ns))
        if (slice.metadata.labels?.["kubernetes.io/service-name"] === "orders")
          shop.change("EndpointSlice", slice.metadata.name, (draft) => {
            Object.assign(draft, { endpoints: [] });
          });
      shop.log("frontend", '{"level":"error","msg":"call to orders failed: connect ECONNREFUSED 10.96.9.9:80"}', 9);
    },
  },
  {
    name: "packets between two workloads are late, and both are well",
    cause: "network-fault",
    culprit: `Deployment ${ns}/payment`,
    fix: ["restart", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "orders", "metric", "latency"],
      ["Deployment", "frontend", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.series("client_requests_per_second", { workload: "orders", peer: "payment" }, 3, 3);
      shop.series("client_latency_mean_seconds", { workload: "orders", peer: "payment" }, 0.01, 0.8);
      shop.series("latency_mean_seconds", { workload: "payment" }, 0.008, 0.008);
      shop.series("latency_mean_seconds", { workload: "orders" }, 0.03, 0.83);
      shop.series("requests_per_second", { workload: "payment" }, 3, 3);
    },
  },
  {
    name: "a claim finds no volume",
    cause: "volume-pending",
    culprit: `PersistentVolumeClaim ${ns}/carts-data`,
    fix: ["guide", `PersistentVolumeClaim ${ns}/carts-data`],
    symptoms: [
      ["Deployment", "carts-db", "state", "Unschedulable"],
      ["Deployment", "carts"],
    ],
    breakIt(shop) {
      shop.create({
        kind: "PersistentVolumeClaim",
        metadata: { name: "carts-data" },
        spec: { storageClassName: "fast" },
        status: { phase: "Pending" },
      });
      shop.change("Deployment", "carts-db", (draft) => {
        draft.spec.template.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "carts-data" } }];
      });
      shop.dropPods("carts");
      const message = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.";
      const pod = shop.freshPod("carts-db", {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
        containerStatuses: [],
      });
      shop.event("Pod", pod, "FailedScheduling", message, 4);
    },
  },
  {
    name: "three times the demand fills the pool of workers",
    cause: "load-spike",
    culprit: `Deployment ${ns}/frontend`,
    fix: ["scale", `Deployment ${ns}/frontend`],
    symptoms: [
      ["Deployment", "frontend", "metric", "latency"],
      ["Deployment", "catalogue", "metric", "latency"],
    ],
    breakIt(shop) {
      for (const workload of ["frontend", "catalogue"]) {
        shop.series("requests_per_second", { workload }, 5, 21);
        shop.series("latency_mean_seconds", { workload }, 0.01, 0.4);
      }
      shop.series("eventloop_lag_seconds", { workload: "frontend", pod: shop.pods("frontend")[0] ?? "" }, 0.01, 0.4);
    },
  },
  {
    name: "one of two pods serves errors, the other is well",
    cause: "application-degraded",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["delete-pod", `Pod ${ns}/*`],
    symptoms: [["Deployment", "catalogue"]],
    breakIt(shop) {
      const [first = "", second = ""] = shop.pods("catalogue");
      shop.series("pod_error_ratio", { workload: "catalogue", pod: first }, 0, 0.5);
      shop.series("pod_error_ratio", { workload: "catalogue", pod: second }, 0, 0);
      shop.series("error_ratio", { workload: "catalogue" }, 0, 0.25);
      isReady(shop, second, true);
    },
  },
  {
    name: "a source of data falls silent",
    cause: "monitoring-blind",
    culprit: `Source ${ns}/scrape:pods`,
    fix: ["guide", `Source ${ns}/scrape:pods`],
    symptoms: [["Source", "scrape:pods", "blind", "source-silent"]],
    breakIt: () => undefined,
  },
  {
    name: "requests fail and nothing says why",
    cause: "unknown",
    culprit: `CronJob ${ns}/stock-sync`,
    fix: ["guide", `CronJob ${ns}/stock-sync`],
    symptoms: [["CronJob", "stock-sync", "alert", "AlertFiring"]],
    breakIt: () => undefined,
  },
];
