import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { Topology } from "../../../src/cluster/topology.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { changeFinding } from "../../../src/rca/gather/changes.ts";
import { eventFinding } from "../../../src/rca/gather/events.ts";
import { createEvidenceBook } from "../../../src/rca/gather/evidence-book.ts";
import { diffFields } from "../../../src/rca/gather/field-diff.ts";
import { levelOf } from "../../../src/rca/gather/log-level.ts";
import { signsOf, templateOfLine } from "../../../src/rca/gather/log-text.ts";
import { metricFinding, type Shift, straightLine } from "../../../src/rca/gather/metrics.ts";
import { neighboursFinding } from "../../../src/rca/gather/neighbours.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { missingIn } from "../../../src/rca/rules/missing-config.ts";
import { missingVariable } from "../../../src/rca/rules/missing-env.ts";
import { roomFor } from "../../../src/rca/rules/quota.ts";
import { brokenShop } from "./broken-shop.ts";

const { redact } = createRedactor({ salt: "test" });
const carts = makeRef("Deployment", "shop", "carts");
const finding = (text: string) => ({ source: "log" as const, about: carts, query: "kubectl logs x", text, at: 1 });

describe("the book of evidence", () => {
  it("gives the same fact the same id, now and in later rounds", () => {
    const first = createEvidenceBook({ redact });
    expect([first.cite(finding("a")), first.cite(finding("b")), first.cite(finding("a"))]).toEqual(["E1", "E2", "E1"]);
    const second = createEvidenceBook({ redact, previous: first.entries() });
    expect([second.cite(finding("c")), second.cite(finding("b"))]).toEqual(["E3", "E2"]);
    expect(second.entries().map((entry) => entry.id)).toEqual(["E2", "E3", "E1"]);
    expect(second.fresh().map((entry) => entry.id)).toEqual(["E2", "E3"]);
  });
  it("is bounded, and counts what did not fit", () => {
    const book = createEvidenceBook({ redact, maxEntries: 2 });
    expect(["a", "b", "c"].map((text) => book.cite(finding(text)))).toEqual(["E1", "E2", undefined]);
    expect(book.dropped).toBe(1);
  });
  it("holds redacted text only", () => {
    const book = createEvidenceBook({ redact });
    book.cite(finding("DB_PASSWORD=hunter22"));
    expect(book.entries()[0]?.text).not.toContain("hunter22");
  });
  it("a diagnosis made again keeps the ids of what is still so", async () => {
    const { input } = await brokenShop();
    const first = diagnoseByRules(input);
    const second = diagnoseByRules({ ...input, version: 2, previousEvidence: first.evidence });
    expect(second.diagnosis.hypotheses[0]?.evidence).toEqual(first.diagnosis.hypotheses[0]?.evidence);
  });
});

describe("the revision that a rollback goes to", () => {
  const revised = (kind: string, revision: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind,
    metadata: {
      name: "carts",
      namespace: "shop",
      uid: `${kind}-${revision}`,
      annotations: { "deployment.kubernetes.io/revision": revision },
    },
  });
  const fields = [
    { path: "spec.template.spec.containers[carts].image", area: "image", before: "a:1", after: "a:2" },
  ] as const;
  it.each([
    // The controller counts on once it has seen the change.
    ["as its Deployment still told it", revised("Deployment", "3"), revised("Deployment", "4"), 4],
    [
      "of the ReplicaSet before, where that alone is left to tell",
      revised("ReplicaSet", "4"),
      revised("ReplicaSet", "5"),
      4,
    ],
  ])("is %s", (_name, before, after, told) => {
    const { text } = changeFinding({ ref: carts, at: 0, action: "modified", fields, before, after });
    expect(text).toContain(`(revision before: ${told})`);
  });
});

it("how calls are known is told of this workload's calls, not of those of its namesake elsewhere", () => {
  const web = makeRef("Deployment", "shop", "web");
  const topology = {
    calls: [
      { from: web, to: carts, peer: "carts", via: "env" },
      {
        from: makeRef("Deployment", "other", "web"),
        to: makeRef("Deployment", "other", "carts"),
        peer: "carts",
        via: "log",
      },
    ],
    dependenciesOf: () => [],
    dependentsOf: () => [web],
  } as unknown as Topology;
  expect(neighboursFinding(topology, carts, 0)?.text).toContain("called by web (known from env)");
});

describe("what changed", () => {
  const deployment = (container: object, spec: object = {}) => ({
    metadata: { name: "x" },
    spec: { replicas: 1, ...spec, template: { spec: { containers: [{ name: "carts", ...container }] } } },
  });
  it.each([
    ["image", { image: "a:1" }, { image: "a:2" }, "image", undefined],
    [
      "a variable by name, not by place",
      {
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
      },
      {
        env: [
          { name: "B", value: "3" },
          { name: "A", value: "1" },
        ],
      },
      "env",
      "B",
    ],
    [
      "a limit",
      { resources: { limits: { memory: "128Mi" } } },
      { resources: { limits: { memory: "34Mi" } } },
      "resources",
      "memory",
    ],
    ["limits that were not there", {}, { resources: { limits: { memory: "34Mi" } } }, "resources", "memory"],
    [
      "a probe's port",
      { livenessProbe: { httpGet: { port: "http" } } },
      { livenessProbe: { httpGet: { port: 9090 } } },
      "liveness",
      "port",
    ],
    ["arguments", { args: ["a"] }, { args: ["b"] }, "command", "args"],
  ])("%s", (_name, before, after, area, name) => {
    const fields = diffFields(deployment(before), deployment(after));
    expect(fields).toHaveLength(1);
    expect(fields[0]).toMatchObject({ area, container: "carts", ...(name ? { name } : {}) });
  });
  it("the selector of a service, the data of a config map, the cordon of a node", () => {
    expect(diffFields({ spec: { selector: { app: "a" } } }, { spec: { selector: { app: "b" } } })[0]).toMatchObject({
      area: "selector",
      before: "a",
      after: "b",
    });
    expect(diffFields({ data: { "x.yaml": "1" } }, { data: { "x.yaml": "2" } })[0]).toMatchObject({
      area: "data",
      name: "x.yaml",
    });
    expect(diffFields({ spec: {} }, { spec: { unschedulable: true } })[0]).toMatchObject({ area: "cordon" });
    expect(
      diffFields(
        { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
        { spec: { ports: [{ port: 80, targetPort: 81 }] } },
      )[0],
    ).toMatchObject({ area: "service-port", name: "80" });
  });
});

describe("log lines", () => {
  it.each([
    ['{"level":"error","msg":"x"}', "error"],
    ["ts=1 level=warn msg=x", "warn"],
    ["2026-11-20 22:39:53.430 ERROR [orders,1] call failed", "error"],
    ["2026-11-20T22:27:36.345Z [1] LOG: get key=u38", "other"],
    ["TypeError: x is undefined", "error"],
    ["panic: runtime error: index out of range", "fatal"],
    ["GET /errors 200", "other"],
    ["F1120 10:00:00.000000       1 server.go:40] could not start", "fatal"],
    ["E0601 08:41:02.344452       7 reflector.go:147] Failed to watch *v1.Service", "error"],
    ['{"level":50,"time":1531171074631,"msg":"request errored"}', "error"],
    ["ERRO[0030] unable to retrieve object", "error"],
    ["[ALERT]    (190) : backend 'carts' has no server available!", "fatal"],
    ["<11>1 2026-11-20T22:27:36Z node app - - - cannot write", "error"],
    ["1:M 22 Nov 2026 13:00:00.123 # Can't save in background: fork: Cannot allocate memory", "warn"],
    ['10.0.0.1 - - [20/Nov/2026:13:55:36 +0000] "GET /a HTTP/1.1" 502 12 "-" "curl/7"', "error"],
  ])("level of %s", (line, want) => expect(levelOf(line)).toBe(want));
  it.each([
    ["connect ECONNREFUSED 10.1.1.1:80", "refused"],
    ["x509: certificate has expired or is not yet valid", "certificate"],
    ["no space left on device", "disk-full"],
    ["HTTP 429 Too Many Requests", "rate-limited"],
    ["FATAL: remaining connection slots are reserved", "pool"],
    ["java.lang.OutOfMemoryError: Java heap space", "heap"],
    ['configmaps "x" is forbidden: User "u" cannot get resource "configmaps"', "forbidden"],
    ["password authentication failed for user carts", "unauthorized"],
  ])("%s is a sign of %s", (line, sign) => expect(signsOf(line)).toContain(sign));
  it.each([
    "panic: runtime error: index out of range [3] with length 3",
    "IndexError: list index out of range",
    "panic: runtime error: slice bounds out of range [:7] with capacity 4",
    "System.ArgumentOutOfRangeException: Index was out of range. Must be non-negative",
    'RangeError [ERR_OUT_OF_RANGE]: The value of "offset" is out of range.',
  ])("%s is a mistake in a program, not in a setting", (line) => expect(signsOf(line)).not.toContain("bad-config"));
  it("an ordinary request is a sign of nothing", () =>
    expect(signsOf('ts=1 level=info msg="GET /items" trace=403aa401 status=200 ms=403')).toEqual([]));
  it("lines that differ in values only have one shape", () => {
    expect(templateOfLine("2026-11-20T22:27:36.345Z get key=u38 1.8 ms trace=c809e4c8")).toBe(
      templateOfLine("2026-11-20T23:00:00.001Z get key=u9 12 ms trace=99ab01ff"),
    );
  });

  it.each([
    ['{"reqId":"req-1ad","msg":"x"}', '{"reqId":"req-b0","msg":"x"}'],
    ["request_id=kq3x path=/a", "request_id=0f path=/a"],
    ["traceId: a.b/c done", "traceId: d+e done"],
  ])("ids are known by their names, whatever they are made of: %s", (one, other) => {
    expect(templateOfLine(one)).toBe(templateOfLine(other));
  });

  it("an id that the end of what is read cuts in two does not make each line a kind of its own", () => {
    const line = (id: string) => templateOfLine(`${"x".repeat(384)} ${id} ${"y".repeat(300)}`);
    expect(line("5760df7b-5883-48ae-ad40-7b21103d351e")).toBe(line("8edc8a2e-9f3c-45df-a40a-0a9f7edcbf50"));
  });
  it.each([
    ["configuration error: environment variable TAX_REGION is not set", "TAX_REGION"],
    ["KeyError: 'DB_HOST'", "DB_HOST"],
    ["required key PORT_NUMBER missing value", "PORT_NUMBER"],
    ["panic: API_KEY must be set", "API_KEY"],
    ["environment variables loaded from FILE", undefined],
    ["GET /missing status=404", undefined],
  ])("the variable missing in %s", (line, want) => expect(missingVariable(line)).toBe(want));
  it.each([
    ['secret "db-credentials" not found', "Secret/db-credentials", undefined],
    ["couldn't find key features in ConfigMap apilab/app-settings", "ConfigMap/app-settings", "features"],
    ['MountVolume.SetUp failed for volume "tls" : secret "api-tls" not found', "Secret/api-tls", undefined],
    ['configmaps "price-list" not found', "ConfigMap/price-list", undefined],
    ["pod not found", undefined, undefined],
  ])("what is missing in %s", (text, ref, key) => {
    const found = missingIn(text, "apilab");
    expect(found && `${found.ref.kind}/${found.ref.name}`).toBe(ref);
    expect(found?.key).toBe(key);
  });
  it("room in a quota is reckoned from the refusal", () => {
    expect(
      roomFor(
        'pods "x" is forbidden: exceeded quota: q, requested: pods=1,requests.memory=64Mi, used: pods=8,requests.memory=512Mi, limited: pods=8,requests.memory=512Mi',
      ),
    ).toEqual({ pods: "12", "requests.memory": "720Mi" });
  });
});

it("an event about a pull names its image once", () => {
  const about = makeRef("Pod", "shop", "carts-1");
  const answer =
    'rpc error: code = NotFound desc = failed to pull and unpack image "shop/carts:9": shop/carts:9: not found';
  const message = `Failed to pull image "shop/carts:9": ${answer}`;
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", uid: "u" },
    involvedObject: { kind: "Pod", name: "carts-1" },
  };
  const seen = { about, reason: "Failed", message, warning: true, at: 0, firstAt: 0, count: 3, event };
  expect(eventFinding(seen).text).toMatch(
    /Failed Pod carts-1 \(3 times\): Failed to pull image "shop\/carts:9": not found$/,
  );
});

it("straight growth is told from noise", () => {
  const points = (value: (i: number) => number) =>
    Array.from({ length: 40 }, (_, i) => ({ at: i * 5_000, value: value(i) }));
  expect(straightLine(points((i) => 100 + i * 5 + (i % 3)))).toMatchObject({ perSecond: expect.closeTo(1, 1) });
  expect(straightLine(points((i) => 100 + i * 5 + (i % 3))).r2).toBeGreaterThan(0.98);
  expect(straightLine(points((i) => 100 + ((i * 7919) % 13))).r2).toBeLessThan(0.2);
});

it("what an application calls its peers and routes ends no expression that people paste", () => {
  const hostile = 'x"} or vector(1) # \\';
  const shift = (name: Shift["name"], labels: Shift["labels"]): Shift => ({
    name,
    labels,
    after: 1,
    peak: 1,
    last: 1,
    points: [],
    from: 0,
    to: 1,
  });
  for (const finding of [
    metricFinding(shift("client_requests_per_second", { namespace: "shop", workload: "carts", peer: hostile }), carts),
    metricFinding(shift("route_requests_per_second", { namespace: "shop", workload: "carts", route: hostile }), carts),
    metricFinding(shift("node_cpu_ratio", { node: hostile }), carts),
  ]) {
    const outside = finding.query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
    expect(outside).not.toContain("vector");
    expect(outside.split('"').length % 2).toBe(1);
  }
});
