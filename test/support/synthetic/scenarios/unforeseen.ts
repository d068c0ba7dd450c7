import type { Recording } from "../../../../src/replay/recording/load-recording.ts";
import { createJob } from "../jobs.ts";
import { type Any, type Deployment, stamp } from "../kube-types.ts";
import type { Script, World } from "../world.ts";
import { crash, data, type Expectation, planFor, type Scenario, setEnv, share, withTag } from "./scenario.ts";
import { setHpa, withHpa } from "./traffic.ts";
import { leak } from "./workloads.ts";

/** Combinations and circumstances: two things at once, sources that stumble, changes that look like faults and are none. */

const on = (app: string, causes: readonly string[], ...fixes: readonly string[]): Expectation => ({
  causes,
  culprits: [`Deployment/${app}`],
  fixes: fixes.map((fix) => `${fix} Deployment/${app}`),
});
const idle = { fix: () => undefined };
const calm = (world: World): void => {
  world.switches.behave = () => undefined;
  world.switches.link = () => undefined;
  world.switches.load = () => 1;
};

/** Samples that the monitoring never took. */
const withoutSamples =
  (fromMs: number, toMs: number) =>
  (recording: Recording): Recording => ({
    ...recording,
    series: recording.series.map((series) => {
      const keep = [...series.times.keys()].filter((i) => {
        const at = (series.times[i] ?? 0) - recording.start;
        return at < fromMs || at >= toMs;
      });
      return {
        ...series,
        times: Float64Array.from(keep, (i) => series.times[i] ?? 0),
        values: Float64Array.from(keep, (i) => series.values[i] ?? 0),
      };
    }),
  });

/** Every counter begins again at nothing, as when the exporter or kubelet was started anew. */
const countersReset =
  (atMs: number) =>
  (recording: Recording): Recording => ({
    ...recording,
    series: recording.series.map((series) => {
      if (!/_(total|bucket|count|sum)$/.test(series.name)) return series;
      const first = series.times.findIndex((at) => at >= recording.start + atMs);
      const lost = first > 0 ? (series.values[first - 1] ?? 0) : 0;
      return { ...series, values: series.values.map((value, i) => (first > 0 && i >= first ? value - lost : value)) };
    }),
  });

/** The node's clock is set: what its containers write from then on is dated otherwise. */
const clockSet =
  (atMs: number, byMs: number) =>
  (recording: Recording): Recording => ({
    ...recording,
    logs: recording.logs
      .map((line) => (line.at >= recording.start + atMs ? { ...line, at: line.at + byMs } : line))
      .sort((a, b) => a.at - b.at),
  });

/** A release that writes its log in another form. */
const otherLogs =
  (container: string, atMs: number) =>
  (recording: Recording): Recording => ({
    ...recording,
    logs: recording.logs.map((line) =>
      line.container === container && line.at >= recording.start + atMs
        ? {
            ...line,
            line: JSON.stringify({
              severity: "INFO",
              time: new Date(line.at).toISOString(),
              error: null,
              message: `handled ${/"path":"([^"]*)"|path=(\S+)/.exec(line.line)?.[1] ?? "event"}`,
              errors: 0,
              failed: false,
            }),
          }
        : line,
    ),
  });

const rollout =
  (app: string, version: string) =>
  (world: World): void =>
    world.deploy(app, (_spec, container) => {
      container.image = withTag(container.image, version);
    });

const failing =
  (app: string, version: string, part = 1): Script["inject"] =>
  (world) => {
    world.switches.behave = ({ app: served, life, request }) =>
      served === app && life.image.endsWith(`:${version}`) && share(request.trace) < part
        ? {
            status: 500,
            err: "cannot read properties of undefined (reading 'price')",
            stops: true,
            errorType: "TypeError",
            raw: [
              "TypeError: Cannot read properties of undefined (reading 'price')",
              "    at total (/app/lib/basket.js:41:17)",
              "    at handle (/app/lib/server.js:88:9)",
            ],
          }
        : undefined;
  };

/** A second Deployment behind the same Service. */
function canary(world: World, app: string, version: string): void {
  const found = world.api.get<Deployment>("Deployment", app);
  if (!found) return;
  const copy = structuredClone(found);
  const name = `${app}-canary`;
  const labels = { ...copy.spec.template.metadata.labels, track: "canary" };
  const [container] = copy.spec.template.spec.containers;
  if (container) container.image = withTag(container.image, version);
  world.api.create({
    ...copy,
    metadata: {
      name,
      uid: "",
      labels: { ...copy.metadata.labels, track: "canary" },
      creationTimestamp: stamp(world.now()),
    },
    spec: {
      ...copy.spec,
      replicas: 1,
      selector: { matchLabels: labels },
      template: { ...copy.spec.template, metadata: { ...copy.spec.template.metadata, labels } },
    },
    status: {},
  } as never);
}

/** Another Deployment takes over the pods' labels; the old one goes when the new one serves. */
function renamed(world: World, from: string, to: string): void {
  const found = world.api.get<Deployment>("Deployment", from);
  if (!found) return;
  const labels = { ...found.spec.template.metadata.labels, generation: "2" };
  world.api.create({
    ...structuredClone(found),
    metadata: { name: to, uid: "", labels: { ...found.metadata.labels }, creationTimestamp: stamp(world.now()) },
    spec: {
      ...structuredClone(found.spec),
      selector: { matchLabels: labels },
      template: { ...structuredClone(found.spec.template), metadata: { ...found.spec.template.metadata, labels } },
    },
    status: {},
  } as never);
  world.api.sim.after(60_000, () => world.api.remove("Deployment", from));
}

const pressure = (world: World, status: "True" | "False"): void =>
  world.api.update<Any & { status: { conditions: { type: string; status: string; lastTransitionTime?: string }[] } }>(
    "Node",
    "node-1",
    (node) => {
      for (const condition of node.status.conditions)
        if (condition.type === "DiskPressure")
          Object.assign(condition, { status, lastTransitionTime: stamp(world.now()) });
    },
  );

const jobOf = (app: string, code: number) => (world: World) => {
  planFor(world, app, (usual) => ({ ...usual, exit: { afterMs: 4_000, code }, lines: [] }));
  createJob(world.api, app, {
    backoffLimit: 6,
    template: {
      metadata: { labels: { app } },
      spec: {
        containers: [{ name: app, image: "localhost:5000/shop/jobs:1.2.0", args: ["/app/jobs.js", app] }],
        restartPolicy: "Never",
      },
    },
  });
};

const faults: readonly Scenario[] = [
  {
    id: "unforeseen-bad-image-and-database-away",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, _pod, container) =>
          container.image.endsWith(":9.9.9") ? { ...usual, pullError: "manifest unknown" } : undefined,
        );
        rollout("payment", "9.9.9")(world);
        world.api.sim.after(20_000, () =>
          world.deploy("carts-db", (spec) => {
            spec.replicas = 0;
          }),
        );
      },
      fix(world) {
        world.undo("payment");
        world.deploy("carts-db", (spec) => {
          spec.replicas = 1;
        });
      },
    },
    expect: [
      on("payment", ["image-not-found"], "rollback-deployment", "set-image"),
      on("carts-db", ["dependency-down"], "scale"),
    ],
  },
  {
    id: "unforeseen-fault-during-rollout-of-another",
    shop: "meadow",
    script: {
      inject(world) {
        world.restart("catalogue");
        world.api.sim.after(5_000, () => {
          failing("payment", "7.0.1")(world);
          rollout("payment", "7.0.1")(world);
        });
      },
      fix(world) {
        calm(world);
        world.undo("payment");
      },
    },
    expect: [on("payment", ["bad-release"], "rollback-deployment")],
  },
  ...([0.35, 1] as const).map(
    (part, i): Scenario => ({
      id: `unforeseen-samples-missing-at-onset-${i}`,
      shop: i === 0 ? "sock-shop" : "meadow",
      script: {
        inject(world) {
          failing("orders", "6.1.0", part)(world);
          rollout("orders", "6.1.0")(world);
        },
        fix(world) {
          calm(world);
          world.undo("orders");
        },
      },
      after: withoutSamples(325_000, 400_000),
      expect: [on("orders", ["bad-release"], "rollback-deployment")],
    }),
  ),
  {
    id: "unforeseen-readiness-flaps",
    shop: "meadow",
    script: {
      inject(world) {
        let on = true;
        world.every(1_000, () => {
          for (const life of world.kubelet.lives)
            if (life.app === "catalogue" && life.endedAt === undefined)
              life.probeFault = (kind) =>
                on && kind === "readiness" && Math.floor(world.now() / 25_000) % 2 === 0 ? "timeout" : undefined;
          return on;
        });
        world.switches.behave = ({ app }) => (on && app === "catalogue" ? { addMs: 250 } : undefined);
        world.api.sim.after(290_000, () => {
          on = false;
        });
      },
      fix: calm,
    },
    expect: [
      {
        ...on(
          "catalogue",
          [
            "bad-readiness-probe",
            "application-degraded",
            "slow-dependency",
            "cpu-saturation",
            "unknown",
            "bad-release",
          ],
          "restart",
          "patch-probe",
          "guide",
          "rollback-deployment",
          "scale",
          "soft-heal",
          "delete-pod",
        ),
        mayDoubt: true,
      },
    ],
  },
  {
    id: "unforeseen-leak-under-a-rhythm",
    shop: "meadow",
    script: {
      ...leak("orders", 28, 128, "6.3.0"),
      inject(world) {
        world.switches.load = (now) => 1 + 0.5 * Math.sin(now / 40_000);
        leak("orders", 28, 128, "6.3.0").inject(world);
      },
      fix(world) {
        calm(world);
        world.switches.bend = (_name, _about, value) => value;
        world.undo("orders");
      },
    },
    expect: [on("orders", ["memory-leak"], "rollback-deployment")],
  },
  {
    id: "unforeseen-same-tag-other-image",
    shop: "sock-shop",
    script: {
      inject(world) {
        const since = world.now();
        world.restart("catalogue");
        world.switches.behave = ({ app, life, request }) =>
          app === "catalogue" && life.startedAt > since && share(request.trace) < 0.8
            ? {
                status: 500,
                err: "index out of range [3] with length 3",
                stops: true,
                raw: [
                  "panic: runtime error: index out of range [3] with length 3",
                  "goroutine 7 [running]:",
                  "main.page(...)",
                ],
              }
            : undefined;
      },
      fix: calm,
    },
    expect: [
      {
        ...on(
          "catalogue",
          ["bad-release", "application-degraded"],
          "rollback-deployment",
          "restart",
          "guide",
          "soft-heal",
        ),
        mayDoubt: true,
      },
    ],
  },
  {
    id: "unforeseen-configuration-bites-later",
    shop: "meadow",
    script: {
      inject(world) {
        data(world, "ConfigMap", "carts-config", (values) => {
          values["DB_POOL_SIZE"] = "eight";
        });
        world.api.sim.after(120_000, () => {
          const pod = world.pods("carts")[0];
          if (pod) world.kubelet.kill(pod.metadata.name, 1, "Error");
        });
      },
      fix(world) {
        data(world, "ConfigMap", "carts-config", (values) => {
          values["DB_POOL_SIZE"] = "8";
        });
        world.restart("carts");
      },
    },
    expect: [
      {
        causes: ["bad-config"],
        culprits: ["ConfigMap/carts-config", "Deployment/carts"],
        fixes: ["patch-config ConfigMap/carts-config", "guide *", "restart Deployment/carts"],
      },
    ],
  },
  {
    id: "unforeseen-bad-canary",
    shop: "sock-shop",
    script: {
      inject(world) {
        canary(world, "catalogue", "5.0.0-rc1");
        failing("catalogue", "5.0.0-rc1")(world);
      },
      fix(world) {
        calm(world);
        world.deploy("catalogue-canary", (spec) => {
          spec.replicas = 0;
        });
      },
    },
    expect: [on("catalogue-canary", ["bad-release"], "scale", "rollback-deployment", "guide")],
  },
  {
    id: "unforeseen-job-retry-storm",
    shop: "meadow",
    script: { inject: jobOf("rebuild-index", 1), fix: (world) => world.api.remove("Job", "rebuild-index") },
    expect: [
      {
        causes: ["job-failing"],
        culprits: ["Job/rebuild-index"],
        fixes: ["delete-job Job/rebuild-index", "rerun-job Job/rebuild-index", "guide Job/rebuild-index"],
        mayDoubt: true,
      },
    ],
  },
  {
    id: "unforeseen-node-short-of-disk",
    shop: "meadow",
    script: {
      inject(world) {
        pressure(world, "True");
        world.api.sim.after(10_000, () => {
          for (const pod of world.pods("orders").slice(0, 1))
            world.kubelet.evict(pod.metadata.name, "The node was low on resource: ephemeral-storage. ");
        });
      },
      fix: (world) => pressure(world, "False"),
    },
    expect: [
      {
        causes: ["node-pressure"],
        culprits: ["Node/node-1"],
        fixes: ["guide Node/node-1", "cordon Node/node-1", "drain Node/node-1"],
      },
    ],
  },
  {
    id: "unforeseen-outside-is-slow",
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.behave = ({ app, request }) =>
          app === "payment"
            ? {
                addMs: 1_100 + 600 * share(request.trace),
                lines: [
                  {
                    level: "warn",
                    msg: "acquirer answered late",
                    trace: request.trace,
                    fields: { host: "acquirer.example.net", ms: Math.round(1_090 + 600 * share(request.trace)) },
                  },
                ],
              }
            : undefined;
      },
      fix: calm,
    },
    expect: [
      {
        ...on("payment", ["external-dependency", "slow-dependency"], "guide", "none", "restart", "soft-heal"),
        mayDoubt: true,
      },
    ],
  },
  {
    id: "unforeseen-names-resolve-slowly",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.link = (_from, _to, now) => (now % 3 < 2 ? { addMs: 700 } : undefined);
      },
      fix: calm,
    },
    expect: [
      {
        causes: ["network-fault", "dns-failure"],
        culprits: ["Node/node-1", "Namespace/*", "Deployment/coredns"],
        fixes: ["guide *", "restart Deployment/coredns"],
        mayDoubt: true,
      },
    ],
  },
  {
    id: "unforeseen-crash-with-the-clock-ahead",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "orders", (usual, _pod, container) =>
          container.image.endsWith(":6.4.0")
            ? crash(usual, "orders", world.now(), 400, 1, [
                { level: "error", msg: "Error: Cannot find module './tax'" },
              ])
            : undefined,
        );
        rollout("orders", "6.4.0")(world);
      },
      fix: (world) => world.undo("orders"),
    },
    after: clockSet(300_000, 25_000),
    expect: [on("orders", ["bad-release", "bad-command"], "rollback-deployment")],
  },
];

const quiet = (
  id: string,
  shop: Scenario["shop"],
  inject: Script["inject"],
  rest: Partial<Scenario> = {},
): Scenario => ({
  id: `quiet-unforeseen-${id}`,
  shop,
  script: { ...idle, inject },
  expect: [],
  ...rest,
});

const calmOnes: readonly Scenario[] = [
  quiet("samples-missing", "meadow", () => undefined, { after: withoutSamples(360_000, 445_000) }),
  quiet("samples-missing-twice", "sock-shop", () => undefined, {
    after: (recording) => withoutSamples(450_000, 510_000)(withoutSamples(350_000, 380_000)(recording)),
  }),
  quiet("counters-reset", "sock-shop", () => undefined, { after: countersReset(350_000) }),
  quiet("counters-reset-meadow", "meadow", () => undefined, { after: countersReset(400_000) }),
  quiet("clock-ahead", "meadow", () => undefined, { after: clockSet(350_000, 30_000) }),
  quiet("clock-behind", "sock-shop", () => undefined, { after: clockSet(350_000, -30_000) }),
  quiet("other-log-format", "sock-shop", rollout("catalogue", "4.9.0"), { after: otherLogs("catalogue", 331_000) }),
  quiet("other-log-format-frontend", "meadow", rollout("frontend", "4.9.0"), { after: otherLogs("frontend", 331_000) }),
  quiet(
    "hpa-at-its-most-without-need",
    "meadow",
    (world) => {
      world.switches.load = () => 1.5;
      world.api.sim.after(20_000, () => setHpa(world, 4, 70, true));
    },
    {
      script: {
        ...withHpa,
        inject(world) {
          world.switches.load = () => 1.5;
          world.api.sim.after(20_000, () => setHpa(world, 4, 70, false));
        },
        fix(world) {
          world.switches.load = () => 1;
          setHpa(world, 2, 35, false);
        },
      },
    },
  ),
  quiet("init-waits-for-a-dependency", "sock-shop", (world) => {
    planFor(world, "orders", (usual, _pod, container) =>
      container.name === "wait-for-payment" ? { ...usual, exit: { afterMs: 45_000, code: 0 }, lines: [] } : undefined,
    );
    world.deploy("orders", (spec, container) => {
      spec.template.spec.initContainers = [{ ...container, name: "wait-for-payment" }];
    });
  }),
  quiet("night", "sock-shop", (world) => {
    world.switches.load = () => 0.2;
  }),
  quiet("good-canary", "meadow", (world) => canary(world, "catalogue", "5.0.0-rc1")),
  quiet("certificate-rotated", "sock-shop", (world) => {
    for (const secret of world.api.list<Any>("Secret").slice(0, 1))
      world.api.update<Any>("Secret", secret.metadata.name, (found) => {
        found.metadata.annotations = { ...found.metadata.annotations, rotated: "today" };
      });
    world.deploy("orders", (_spec, container) => setEnv(container, "CERTIFICATE_SERIAL", "71"));
    world.api.sim.after(40_000, () =>
      world.deploy("frontend", (_spec, container) => setEnv(container, "CERTIFICATE_SERIAL", "71")),
    );
  }),
  quiet("everything-restarted-at-once", "meadow", (world) => {
    for (const app of ["frontend", "catalogue", "orders"]) world.restart(app);
  }),
  quiet("rhythm-of-load", "sock-shop", (world) => {
    world.switches.load = (now) => 1 + 0.6 * Math.sin(now / 30_000);
  }),
  quiet("deployment-renamed", "meadow", (world) => renamed(world, "catalogue", "catalogue-v2")),
  quiet("canary-taken-out-again", "sock-shop", (world) => {
    canary(world, "catalogue", "5.0.0-rc1");
    world.api.sim.after(100_000, () =>
      world.deploy("catalogue-canary", (spec) => {
        spec.replicas = 0;
      }),
    );
  }),
];

export const unforeseenScenarios: readonly Scenario[] = [...faults, ...calmOnes];
