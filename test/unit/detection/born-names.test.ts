import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { usesOfWorkload } from "../../../src/cluster/topology-uses.ts";
import { readAlerts } from "../../../src/detection/collect/alertmanager.ts";
import { isFailure } from "../../../src/detection/collect/derive/call-status.ts";
import { readPush } from "../../../src/detection/collect/push/read-push.ts";
import { readHealth } from "../../../src/detection/collect/read-health.ts";
import { createExpositionParser } from "../../../src/detection/collect/scrape/parse-exposition.ts";
import { restored } from "../../../src/detection/group/incident-draft.ts";
import { parseCron } from "../../../src/detection/state/cron-schedule.ts";
import type { Anomaly } from "../../../src/incident/anomaly.ts";
import type { Incident } from "../../../src/incident/incident.ts";
import { parseLine } from "../../../src/log-lines/parse-line.ts";
import { diffFields } from "../../../src/rca/gather/field-diff.ts";
import { symptomOf } from "../../../src/rca/report/symptom-words.ts";
import { createWorld } from "../../support/detect-objects.ts";
import { pod } from "../../support/small-shop.ts";

/** Names under which every object has something by birth. */
const born = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "__defineGetter__"];
const text = (name: string) => JSON.stringify(name);
/** Everything in a value is text, number, list or object, as it came; nothing is a function. */
const isPlain = (value: unknown): boolean =>
  typeof value !== "function" &&
  (typeof value !== "object" || value === null || Object.values(value).every((part) => isPlain(part)));

describe.each(born)("a name that objects have by birth, %s", (name) => {
  // Names that begin with two underscores are Prometheus's own: `__proto__` is left out.
  const kept = name === "__proto__" ? [] : [name];

  test("as a label of a metric", () => {
    const parser = createExpositionParser({ [name]: "ours", pod: "p" });
    const [sample] = parser.parse(`up{${name}="theirs",job="x"} 1\n`, 0);
    const labels = sample?.series.labels ?? {};
    expect(isPlain(labels)).toBe(true);
    expect(Object.entries(labels).toSorted()).toEqual(
      [
        ["pod", "p"],
        ["job", "x"],
        ...kept.flatMap((one) => [
          [one, "ours"],
          [`exported_${one}`, "theirs"],
        ]),
      ].toSorted(),
    );
    const [bare] = createExpositionParser({ [name]: "ours" }).parse("up 1\n", 0);
    expect(Object.entries(bare?.series.labels ?? {})).toEqual(kept.map((one) => [one, "ours"]));
  });

  test("as a label of a stream of logs, and of an alert", async () => {
    const body = Buffer.from(
      `{"streams":[{"stream":{${text(name)}:"x","app":"web"},"values":[["1700000000000000000","hi",{${text(name)}:"y"}]]}]}`,
    );
    const push = await readPush({ contentType: "application/json", contentEncoding: "", body });
    expect(push.ok && Object.entries(push.streams[0]?.labels ?? {})).toEqual([
      ...kept.map((one) => [one, "x"]),
      ["app", "web"],
    ]);
    const alerts = readAlerts(
      `{"version":"4","status":"firing","alerts":[{"status":"firing","startsAt":"2026-01-01T00:00:00Z","labels":{"alertname":"A",${text(name)}:"x"},"annotations":{${text(name)}:"y"}}]}`,
    );
    expect(alerts.ok && Object.entries(alerts.alerts[0]?.labels ?? {})).toEqual([
      ["alertname", "A"],
      ...kept.map((one) => [one, "x"]),
    ]);
    expect(alerts.ok && isPlain(alerts.alerts)).toBe(true);
  });

  test("in a line of log, a health answer, the status of a call", () => {
    const line = parseLine(`{"level":${text(name)},"msg":"x",${text(name)}:{"polluted":true}}`);
    expect(isPlain(line)).toBe(true);
    expect(parseLine(`level=${name} ${name}=x msg=hello`)).toBeDefined();
    expect(isPlain(readHealth(200, `{${text(name)}:{"polluted":1},"status":${text(name)}}`))).toBe(true);
    for (const side of ["client", "server"] as const) expect(isFailure(name, side, true)).toBe(false);
  });

  test("as the name of a variable, an annotation or a key that was added", () => {
    const of = (env: object[], labels: object) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "shop", labels },
      spec: { template: { spec: { containers: [{ name: "web", image: "web:1", env }] } } },
    });
    const before = of([{ name: "A", value: "1" }], {});
    const after = of(
      [
        { name: "A", value: "1" },
        { name, value: "2" },
      ],
      Object.fromEntries([[name, "y"]]),
    );
    const changes = diffFields(before, after);
    expect(isPlain(changes)).toBe(true);
    expect(JSON.stringify(changes)).not.toContain("native code");
    expect(changes.map(({ path }) => path)).toContain(`spec.template.spec.containers[web].env[${name}]`);
  });

  test("as the reason of a warning, a condition of a node, a schedule, a resource of a role", () => {
    const world = createWorld();
    const one = pod({ app: "carts", at: world.now() - 600_000 }) as KubeObject;
    world.put(one);
    world.put({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node-a", creationTimestamp: "2026-11-01T00:00:00Z" },
      status: {
        conditions: [
          { type: "Ready", status: "True" },
          { type: name, status: "True" },
        ],
      },
    });
    world.put({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "nightly", namespace: "sock-shop", creationTimestamp: "2026-11-01T00:00:00Z", uid: "c1" },
      spec: { schedule: name, jobTemplate: { spec: { template: { spec: { containers: [] } } } } },
    });
    world.put({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "r", namespace: "sock-shop", uid: "r1" },
      rules: [{ resources: [name], resourceNames: ["x"], verbs: ["get"] }],
    });
    const at = () => new Date(world.now()).toISOString();
    world.run(120_000, () => {
      world.event({
        apiVersion: "v1",
        kind: "Event",
        metadata: {
          uid: `e${world.now()}`,
          name: `e${world.now()}`,
          namespace: one.metadata.namespace ?? "",
          creationTimestamp: at(),
        },
        type: "Warning",
        reason: name,
        message: "x",
        count: 5,
        firstTimestamp: at(),
        lastTimestamp: at(),
        involvedObject: { kind: "Pod", name: one.metadata.name, namespace: one.metadata.namespace ?? "" },
      });
    });
    expect(isPlain(world.active())).toBe(true);
    expect(world.active().filter(({ reason, family }) => reason === name && family !== "log")).toEqual([]);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(parseCron(name)).toBeUndefined();
    expect(
      usesOfWorkload(world.observation, { kind: "Deployment", namespace: "sock-shop", name: "carts" }, []),
    ).toBeDefined();
  });

  test("as the reason of an anomaly, in words", () => {
    const target = { kind: "Deployment", namespace: "shop", name: "carts" };
    const anomaly = {
      id: "1",
      detector: "d",
      family: "state",
      reason: name,
      target,
      severity: "high",
      headline: "h",
      summary: "s",
      startsAt: 0,
    };
    expect(symptomOf([anomaly as never], target)?.words).toBe("has been in trouble");
  });

  test("changes no other object", () => expect(Reflect.get({}, "polluted")).toBeUndefined());
});

test.each([
  { name: "team(", title: "Role team( allows nothing", headline: "allows nothing" },
  { name: "a+b.c[", title: "a+b.c[ is down", headline: "is down" },
  { name: "carts", title: "something else", headline: "something else" },
])("an incident about $name is read back, whatever signs the name has", ({ name, title, headline }) => {
  const target = { kind: "Role", namespace: "shop", name };
  const incident = { target, title, updatedAt: 0 } as Incident;
  const anomaly = { target, detector: "d", summary: "s" } as Anomaly;
  expect(restored(anomaly, incident, () => "fault").headline).toBe(headline);
});
