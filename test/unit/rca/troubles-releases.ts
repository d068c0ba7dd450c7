import { crashed, ns, running, waiting } from "./shop.ts";
import { refusedBy, type Trouble } from "./trouble.ts";

/** Of images, commands and code that is new. */
export const releasesTroubles: readonly Trouble[] = [
  {
    name: "a new release does not give connections back",
    cause: "pool-exhausted",
    culprit: `Deployment ${ns}/carts`,
    fix: ["rollback-deployment", `Deployment ${ns}/carts`],
    symptoms: [
      ["Deployment", "carts", "metric", "latency"],
      ["Deployment", "orders", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "carts", (draft) => {
        draft.spec.template.spec.containers[0].image = "localhost:5000/shop/carts:1.7.0";
      });
      const pod = shop.freshPod("carts", running("carts"));
      shop.series("pool_waiting", { workload: "carts", pod }, undefined, 6);
      shop.series("pool_in_use", { workload: "carts", pod }, undefined, 8);
      shop.series("error_ratio", { workload: "carts" }, 0, 0.4);
      shop.series("pod_error_ratio", { workload: "carts", pod }, undefined, 0.4);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] timeout waiting for a connection from the pool",
        9,
        pod,
      );
    },
  },
  {
    name: "a CronJob is pointed at a wrong source and its Jobs fail",
    cause: "job-failing",
    culprit: `CronJob ${ns}/stock-sync`,
    fix: ["set-env", `CronJob ${ns}/stock-sync`],
    symptoms: [["CronJob", "stock-sync", "state", "JobFailed"]],
    breakIt(shop) {
      shop.change("CronJob", "stock-sync", (draft) => {
        draft.spec.jobTemplate.spec.template.spec.containers[0].env[0].value = "http://catalog/items";
      });
      shop.create({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          name: "stock-sync-29920300",
          ownerReferences: [{ kind: "CronJob", name: "stock-sync", uid: "c", controller: true }],
        },
        spec: { backoffLimit: 1, template: { spec: { containers: [] } } },
        status: {
          failed: 2,
          conditions: [
            {
              type: "Failed",
              status: "True",
              reason: "BackoffLimitExceeded",
              message: "Job has reached the specified backoff limit",
            },
          ],
        },
      });
      shop.event("Job", "stock-sync-29920300", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    },
  },
  {
    name: "the command of a Deployment does not exist",
    cause: "bad-command",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "RunContainerError"]],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.containers[0].command = ["/app/does-not-exist"];
      });
      const message =
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/does-not-exist": stat /app/does-not-exist: no such file or directory';
      shop.freshPod("catalogue", waiting("catalogue", "RunContainerError", message));
    },
  },
  {
    name: "arguments name a module that does not exist",
    cause: "bad-command",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "CrashLoopBackOff"]],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.containers[0].args = ["/app/servr.js"];
      });
      const pod = shop.freshPod("catalogue", crashed("catalogue", 1, shop.onset + 30_000));
      shop.log("catalogue", "Error: Cannot find module '/app/servr.js'", 3, pod);
    },
  },
  {
    name: "a new release crashes with an exception",
    cause: "bad-release",
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment", "state", "CrashLoopBackOff"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "payment", (draft) => {
        draft.spec.template.spec.containers[0].image = "localhost:5000/shop/payment:3.2.0";
      });
      shop.dropPods("carts-db");
      const pod = shop.freshPod("payment", crashed("payment", 1, shop.onset + 30_000));
      shop.log(
        "payment",
        'ts=2026-11-20T23:36:55Z level=error msg="uncaught ReferenceError: acquirer is not defined"',
        3,
        pod,
      );
      shop.log("orders", refusedBy("payment"));
    },
  },
  {
    name: "the registry refuses the image",
    cause: "image-pull-denied",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["guide", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "ImagePullBackOff"]],
    breakIt(shop) {
      const pod = shop.freshPod(
        "catalogue",
        waiting("catalogue", "ImagePullBackOff", 'Back-off pulling image "localhost:5000/shop/catalogue:1.8.2"'),
      );
      shop.event(
        "Pod",
        pod,
        "Failed",
        'Failed to pull image "localhost:5000/shop/catalogue:1.8.2": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
        3,
      );
    },
  },
  {
    name: "a container port moves away from under its Service",
    cause: "service-port-mismatch",
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "payment", (draft) => {
        draft.spec.template.spec.containers[0].ports = [{ name: "http", containerPort: 9000, protocol: "TCP" }];
      });
      shop.freshPod("payment", running("payment"));
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: connect ECONNREFUSED 10.96.202.7:80",
        8,
      );
    },
  },
];
