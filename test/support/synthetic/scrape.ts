import { parseQuantity } from "../../../src/cluster/quantity.ts";
import type { Api } from "./api.ts";
import { type BaseShop, isCounter, type TemplateSeries } from "./base-shop.ts";
import type { Pod } from "./kube-types.ts";
import type { Kubelet, Life } from "./kubelet.ts";
import type { Meter, Tape } from "./meter.ts";

export interface ScrapeHooks {
  meterOf(life: Life): Meter;
  /** Changes a sample; counters are given as the growth of one scrape. */
  bend(name: string, about: { app: string; pod: string; life?: Life | undefined }, value: number, now: number): number;
  ooms(pod: string): number;
  pool(life: Life): { active: number; max: number; waiting: number } | undefined;
}

const everyMs = 5_000;
const own = /^(http_|app_errors|app_info|db_pool|up$)/;

/** Scrapes every pod, the kubelet's cadvisor and the node every five seconds, each at its own moment. */
export function startScrapes(
  api: Api,
  kubelet: Kubelet,
  base: BaseShop,
  tape: Tape,
  hooks: ScrapeHooks,
  end: number,
): void {
  const { sim } = api;
  const from = sim.now();
  const sums = new Map<string, number>();
  const sample = (
    series: TemplateSeries,
    key: string,
    labels: Readonly<Record<string, string>>,
    about: { app: string; pod: string; life?: Life | undefined },
    first: number,
  ) => {
    const turn = Math.floor((sim.now() - from) / everyMs);
    const step = series.steps[turn % series.steps.length] ?? 0;
    const bent = hooks.bend(series.name, about, step, sim.now());
    let value = bent;
    if (isCounter(series.name)) {
      value = (sums.get(key) ?? first) + bent;
      sums.set(key, value);
    }
    tape.write(series.name, labels, sim.now(), value);
  };
  const templates = new Map<string, readonly TemplateSeries[]>();
  for (const pod of api.list<Pod>("Pod")) {
    const app = pod.metadata.labels?.app ?? "";
    const list = base.series.get(pod.metadata.name);
    if (list && !templates.has(app)) templates.set(app, list);
  }
  const scrapePod = (pod: Pod) => {
    const { name } = pod.metadata;
    const app = pod.metadata.labels?.app ?? "";
    if (pod.metadata.annotations?.["prometheus.io/scrape"] !== "true" || !pod.status.podIP) return;
    if (pod.status.phase !== "Running") return;
    const target = { app, instance: `${pod.status.podIP}:8080`, job: "pods", namespace: api.namespace, pod: name };
    const life = kubelet.lifeOf(name);
    const up = life !== undefined && sim.now() - life.startedAt > life.plan.listenAfterMs;
    tape.write("up", target, sim.now(), up ? 1 : 0);
    if (!life || !up) return;
    tape.write("app_info", { ...target, service: app, version: life.image.split(":").at(-1) ?? "" }, sim.now(), 1);
    tape.write(
      "http_requests_in_flight",
      { ...target, service: app },
      sim.now(),
      hooks.bend("http_requests_in_flight", { app, pod: name, life }, 0, sim.now()),
    );
    hooks.meterOf(life).each((metric, labels, value) => tape.write(metric, { ...target, ...labels }, sim.now(), value));
    const pool = hooks.pool(life);
    if (pool) {
      const write = (state: string, value: number) =>
        tape.write("db_pool_connections", { ...target, state }, sim.now(), value);
      write("active", pool.active);
      write("idle", Math.max(0, pool.max - pool.active));
      write("max", pool.max);
      tape.write("db_pool_waiting", target, sim.now(), pool.waiting);
    }
    for (const series of base.series.get(name) ?? templates.get(app) ?? [])
      if (series.labels.job === "pods" && !own.test(series.name))
        sample(
          series,
          `${life.id}/${series.name}`,
          target,
          { app, pod: name, life },
          base.series.has(name) ? series.first : 0,
        );
  };
  const scrapeContainers = (pod: Pod) => {
    const { name, uid } = pod.metadata;
    const app = pod.metadata.labels?.app ?? "";
    const life = kubelet.lifeOf(name);
    const list = base.series.get(name) ?? templates.get(app) ?? templates.get("orders") ?? [];
    const known = base.series.has(name);
    const limits = pod.spec.containers[0]?.resources?.limits ?? {};
    for (const series of list) {
      if (series.labels.job !== "cadvisor") continue;
      const about = { app, pod: name, life };
      if (series.labels.container) {
        if (!life) continue;
        const id = `/kubepods/burstable/pod${uid}/${life.id}`;
        const labels = { ...series.labels, container: life.container, id, image: life.image, name: life.id, pod: name };
        const age = sim.now() - life.startedAt;
        const write = (value: number) => tape.write(series.name, labels, sim.now(), value);
        if (series.name === "container_memory_working_set_bytes" && limits["ephemeral-storage"] !== undefined)
          tape.write(
            "container_fs_usage_bytes",
            { ...labels, device: "/dev/vda" },
            sim.now(),
            hooks.bend("container_fs_usage_bytes", about, 24_576, sim.now()),
          );
        if (series.name === "container_last_seen") write(Math.floor(sim.now() / 1_000));
        else if (series.name === "container_start_time_seconds") write(Math.floor(life.startedAt / 1_000));
        else if (series.name === "container_spec_memory_limit_bytes") write(parseQuantity(limits.memory ?? "0") ?? 0);
        else if (series.name === "container_spec_cpu_quota") write((parseQuantity(limits.cpu ?? "1") ?? 1) * 100_000);
        else if (/memory/.test(series.name) && age < 15_000)
          write(
            hooks.bend(
              series.name,
              about,
              (series.steps[3] ?? 4e7) * Math.min(1, 0.3 + (0.7 * age) / 12_000),
              sim.now(),
            ),
          );
        else if (series.name === "container_oom_events_total") write(hooks.ooms(name));
        else
          sample(series, `${life.id}/${series.name}`, labels, about, known && life.startedAt < from ? series.first : 0);
      } else {
        const id = series.labels.id?.replace(/pod[0-9a-f-]{36}/, `pod${uid}`) ?? "";
        const labels = { ...series.labels, id, pod: name };
        if (/memory/.test(series.name) && !life) tape.write(series.name, labels, sim.now(), 233_472);
        else if (!life) continue;
        else if (series.name === "container_oom_events_total")
          tape.write(series.name, labels, sim.now(), hooks.ooms(name));
        else sample(series, `${uid}/${series.name}`, labels, about, known ? series.first : 0);
      }
    }
  };
  const phases = new Map<string, number>();
  for (let at = from; at < end; at += everyMs)
    sim.at(at, () => {
      for (const pod of api.list<Pod>("Pod")) {
        const { name } = pod.metadata;
        let phase = phases.get(name);
        if (phase === undefined) {
          phase = Math.floor(api.random() * 4_900);
          phases.set(name, phase);
        }
        sim.after(phase, () => {
          const current = api.get<Pod>("Pod", name);
          if (!current) return;
          scrapePod(current);
          scrapeContainers(current);
        });
      }
      for (const series of base.series.get("node") ?? [])
        sample(
          series,
          `node/${series.name}/${series.labels.device ?? series.labels.id ?? ""}`,
          series.labels,
          { app: "", pod: "" },
          series.first,
        );
      tape.write("up", { instance: "172.30.0.1:10250", job: "kubelet", node: "node-1" }, sim.now(), 1);
    });
}
