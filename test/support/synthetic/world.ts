import type { KubeEvent, KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { LogLine } from "../../../src/cluster/signal.ts";
import { seededRandom } from "../../../src/lib/seeded-random.ts";
import type { EventChange, ObjectChange, Recording } from "../../../src/replay/recording/load-recording.ts";
import { type Api, createApi } from "./api.ts";
import type { BaseShop } from "./base-shop.ts";
import { startControllers } from "./controllers.ts";
import { startEndpoints } from "./endpoints.ts";
import { startJobs } from "./jobs.ts";
import { type Any, type Container, type Deployment, type Pod, type ReplicaSet, stamp } from "./kube-types.ts";
import { type Hold, type Kubelet, type Life, type Plan, startKubelet } from "./kubelet.ts";
import { type Line, logLine, retimed } from "./log-format.ts";
import { createMeter, createTape, type Meter } from "./meter.ts";
import { resolveEnv, shopPlan } from "./programs.ts";
import { startScrapes } from "./scrape.ts";
import { createSim } from "./sim.ts";
import { type Behaviour, type LinkFault, type Served, startTraffic } from "./traffic.ts";

/** The switches a scenario can turn; each starts as "nothing special". */
export interface Switches {
  behave: (served: Served) => Behaviour | undefined;
  link: (from: string, to: string, now: number) => LinkFault | undefined;
  plan: (pod: Pod, container: Container, attempt: number, usual: Plan) => Plan;
  refuse: (rs: ReplicaSet) => string | undefined;
  unschedulable: (pod: Pod) => string | undefined;
  hold: (pod: Pod) => Hold | undefined;
  load: (now: number) => number;
  bend: (
    name: string,
    about: { app: string; pod: string; life?: Life | undefined },
    value: number,
    now: number,
  ) => number;
  pool: (life: Life) => { active: number; waiting: number } | undefined;
  /** Extra lines beside the requests. */
  logs: boolean;
}

/** Everything works as usual: what a script changes first. */
export function usualSwitches(): Switches {
  return {
    behave: () => undefined,
    link: () => undefined,
    plan: (_pod, _container, _attempt, usual) => usual,
    refuse: () => undefined,
    unschedulable: () => undefined,
    hold: () => undefined,
    load: () => 1,
    bend: (_name, _about, value) => value,
    pool: () => undefined,
    logs: true,
  };
}

export interface World {
  readonly api: Api;
  readonly kubelet: Kubelet;
  readonly switches: Switches;
  readonly start: number;
  readonly now: () => number;
  pods(app: string): Pod[];
  life(app: string): Life | undefined;
  env(life: Life): Readonly<Record<string, string>>;
  deploy(name: string, edit: (spec: Deployment["spec"], container: Container) => void): void;
  undo(name: string): void;
  restart(name: string): void;
  log(life: Life, line: Line): void;
  rawLog(pod: string, container: string, line: string): void;
  meterOf(life: Life): Meter;
  oom(pod: string): void;
  every(ms: number, run: () => boolean): void;
}

export interface Stage {
  readonly injectAfterMs: number;
  readonly fixAfterMs: number;
  readonly endAfterMs: number;
}

export interface Script {
  /** Changes the world before anything is recorded. */
  readonly arrange?: (objects: Any[], base: BaseShop) => void;
  readonly inject: (world: World) => void;
  readonly fix: (world: World) => void;
}

/** Plays a script on top of a quiet stretch and returns everything that watching it would have delivered. */
export function synthesize(base: BaseShop, name: string, script: Script, stage: Stage, seed = 7): Recording {
  const start = base.from;
  const end = start + stage.endAfterMs;
  const sim = createSim(start);
  const random = seededRandom(seed);
  const objects = structuredClone(base.objects) as Any[];
  script.arrange?.(objects, base);
  const api = createApi({ sim, random, namespace: base.namespace, objects });
  const logs: LogLine[] = [];
  const tape = createTape();
  const meters = new Map<string, Meter>();
  const ooms = new Map<string, number>();
  const envs = new Map<string, Readonly<Record<string, string>>>();
  const meterOf = (life: Life): Meter => {
    let meter = meters.get(life.id);
    if (!meter) {
      meter = createMeter();
      if (life.app === "carts") meter.set("db_pool_timeouts_total", {}, 0);
      meters.set(life.id, meter);
    }
    return meter;
  };
  const push = (pod: string, container: string, line: string, at: number) =>
    logs.push({ at: at + 0.4, namespace: base.namespace, pod, container, line });
  const switches = usualSwitches();
  startControllers(api, { refuse: (rs) => switches.refuse(rs) });
  startEndpoints(api);
  const kubelet = startKubelet(api, {
    plan: (pod, container, attempt) => {
      const { env } = resolveEnv(api, container);
      envs.set(`${pod.metadata.name}/${container.name}`, env);
      return switches.plan(pod, container, attempt, shopPlan(api, pod, container));
    },
    log: (pod, container, line, at) =>
      push(
        pod,
        container,
        line === "$SIGTERM" ? logLine(container, at, { level: "info", msg: "SIGTERM received, draining" }) : line,
        at,
      ),
    unschedulable(pod) {
      const node = api.get<Any & { spec: { unschedulable?: boolean } }>("Node", "node-1");
      if (node?.spec.unschedulable) return "1 node(s) were unschedulable";
      if (Object.keys(pod.spec.nodeSelector ?? {}).length) return "1 node(s) didn't match Pod's node affinity/selector";
      return switches.unschedulable(pod);
    },
    hold: (pod) => switches.hold(pod),
  });
  startJobs(api, end);
  const env = (life: Life) => envs.get(`${life.pod}/${life.container}`) ?? {};
  startTraffic(
    api,
    kubelet,
    base,
    {
      behave: (served) => switches.behave(served),
      link: (from, to, now) => switches.link(from, to, now),
      host(life, to) {
        const url = to === "carts-db" ? env(life).CARTS_DB_URL : env(life)[`${to.toUpperCase()}_URL`];
        return url === undefined || url === "" ? undefined : url.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
      },
      loadFactor: (now) => switches.load(now),
      meterOf,
      log: (life, at, line) => push(life.pod, life.container, logLine(life.container, at, line), at),
      raw: (life, at, line) => push(life.pod, life.container, line, at),
    },
    end,
  );
  startScrapes(
    api,
    kubelet,
    base,
    tape,
    {
      meterOf,
      bend: (metric, about, value, now) => switches.bend(metric, about, value, now),
      ooms: (pod) => ooms.get(pod) ?? 0,
      pool(life) {
        if (life.app !== "carts") return undefined;
        const max = Number(env(life).DB_POOL_SIZE ?? 8) || 8;
        return { max, active: 0, waiting: 0, ...switches.pool(life) };
      },
    },
    end,
  );
  for (let loop = start; loop < end; loop += base.lengthMs)
    for (const { offsetMs, app, pod, line } of base.background) {
      const at = loop + offsetMs;
      if (at >= end) continue;
      sim.at(at, () => {
        const life =
          kubelet.lifeOf(pod) ?? [...kubelet.lives].find((one) => one.app === app && one.endedAt === undefined);
        if (life && switches.logs) push(life.pod, life.container, retimed(line, at), at);
      });
    }
  const poolLine = () => {
    for (const life of kubelet.lives)
      if (life.app === "carts" && life.endedAt === undefined) {
        const max = Number(env(life).DB_POOL_SIZE ?? 8) || 8;
        const { active, waiting } = switches.pool(life) ?? { active: 0, waiting: 0 };
        const text = `CartsPool - Pool stats (total=${max}, active=${active}, idle=${max - active}, waiting=${waiting})`;
        push(life.pod, life.container, logLine("carts", sim.now(), { level: "info", msg: text }), sim.now());
      }
    sim.after(32_000, poolLine);
  };
  sim.after(9_000, poolLine);

  const deploy: World["deploy"] = (app, edit) =>
    api.update<Deployment>("Deployment", app, (object) => {
      const container = object.spec.template.spec.containers[0];
      if (container) edit(object.spec, container);
    });
  const originals = new Map(
    api.list<Deployment>("Deployment").map((object) => [object.metadata.name, structuredClone(object.spec)]),
  );
  const world: World = {
    api,
    kubelet,
    switches,
    start,
    now: sim.now,
    pods: (app) =>
      api.list<Pod>("Pod").filter((pod) => pod.metadata.labels?.app === app && !pod.metadata.deletionTimestamp),
    life: (app) => [...kubelet.lives].reverse().find((one) => one.app === app && one.endedAt === undefined),
    env,
    deploy,
    undo: (app) =>
      deploy(app, (spec) => {
        const before = originals.get(app);
        if (before) spec.template = structuredClone(before.template);
      }),
    restart: (app) =>
      deploy(app, (spec) => {
        spec.template.metadata.annotations = {
          ...spec.template.metadata.annotations,
          "kubectl.kubernetes.io/restartedAt": stamp(sim.now()),
        };
      }),
    log: (life, line) => push(life.pod, life.container, logLine(life.container, sim.now(), line), sim.now()),
    rawLog: (pod, container, line) => push(pod, container, line, sim.now()),
    meterOf,
    oom(pod) {
      ooms.set(pod, (ooms.get(pod) ?? 0) + 1);
      kubelet.kill(pod, 137, "OOMKilled");
    },
    every(ms, run) {
      const turn = () => {
        if (run()) sim.after(ms, turn);
      };
      sim.after(ms, turn);
    },
  };
  sim.at(start + stage.injectAfterMs, () => script.inject(world));
  sim.at(start + stage.fixAfterMs, () => script.fix(world));
  sim.run(end);

  const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at;
  return {
    header: {
      version: 1,
      name,
      description: "synthetic",
      kubernetesVersion: "v1.36.2",
      namespaces: [base.namespace],
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
      scrapeIntervalSeconds: 5,
    },
    start,
    end,
    objects: objects,
    changes: api.rows.map(
      ({ at, change, object }): ObjectChange => ({ at, change, object: object as unknown as KubeObject }),
    ),
    events: api.eventRows.map(
      ({ at, change, object }): EventChange => ({ at, change, event: object as unknown as KubeEvent }),
    ),
    logs: logs.filter(({ at }) => at < end).sort(byTime),
    series: tape.series(),
  };
}
