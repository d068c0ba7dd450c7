import { describe, expect, test } from "vitest";
import { createObservation } from "../../../src/cluster/observation.ts";
import { type DerivedSeriesName, derivedSeries } from "../../../src/cluster/series-names.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { diffFields } from "../../../src/rca/gather/field-diff.ts";
import { serviceFinding } from "../../../src/rca/gather/neighbours.ts";
import { seriesWords } from "../../../src/rca/gather/series-words.ts";
import { askedOfNodes } from "../../../src/rca/rules/asked-of-nodes.ts";
import { quietShop } from "./shop.ts";
import { troubles } from "./troubles.ts";
import { measuredTroubles } from "./troubles-measured.ts";

describe("a measurement is named as a person would", () => {
  const all: Readonly<Record<string, string>> = {
    namespace: "shop",
    pod: "orders-5d9-x1",
    container: "app",
    workload: "orders",
    node: "node-1",
    peer: "payment",
    route: "GET /cart",
    claim: "data",
    volume: "cache",
    type: "TypeError",
  };
  const said = (name: DerivedSeriesName) =>
    seriesWords(name, Object.fromEntries(derivedSeries[name].labels.map((label) => [label, all[label] ?? ""])));

  test.each<[DerivedSeriesName, string]>([
    ["pod_error_ratio", "share of failed requests of orders-5d9-x1"],
    ["container_memory_working_set_bytes", "memory in use of container app in orders-5d9-x1"],
    ["client_latency_mean_seconds", "mean latency of calls from orders to payment"],
    ["client_error_ratio", "share of failed calls from orders to payment"],
    ["route_latency_mean_seconds", "mean latency of GET /cart of orders"],
    ["node_memory_ratio", "memory in use of node node-1"],
    ["app_errors_per_second", "counted errors of orders (TypeError)"],
  ])("%s", (name, want) => expect(said(name)).toBe(want));

  test("and none by the name of its series", () => {
    for (const name of Object.keys(derivedSeries))
      expect(said(name as DerivedSeriesName)).not.toMatch(/_|^pod |^route /);
  });
});

test("a Service without endpoints has none, and not none of either kind", () => {
  const observation = createObservation({ cluster: "test" });
  const metadata = { name: "carts", namespace: "shop", uid: "s" };
  const put = (object: object) => observation.objects.apply("ADDED", object as never, 1);
  put({ apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: "cart" }, ports: [{ port: 80 }] } });
  put({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "carts-x", namespace: "shop", uid: "e", labels: { "kubernetes.io/service-name": "carts" } },
    endpoints: [],
    ports: [],
  });
  expect(serviceFinding(observation, makeRef("Service", "shop", "carts"), 2)?.text).toBe(
    "Service carts: selector app=cart, ports 80 -> 80; no endpoints",
  );
});

describe("why no node takes a pod is told by what nodes look at", () => {
  const pod = (resources: object) => ({
    spec: { template: { spec: { containers: [{ name: "app", resources }] } } },
  });
  const asked = (before: object, after: object, short?: string) =>
    askedOfNodes(diffFields(pod(before), pod(after)), short).map(({ path }) => path.replace(/^.*resources\./, ""));
  const was = { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "300m", memory: "64Mi" } };
  const is = { requests: { cpu: "8", memory: "96Mi" }, limits: { cpu: "8", memory: "96Mi" } };
  test.each([
    { name: "not by a limit beside its request", before: was, after: is, want: ["requests.cpu", "requests.memory"] },
    { name: "by what is short", before: was, after: is, short: "cpu", want: ["requests.cpu"] },
    { name: "by a limit that is the request", before: {}, after: { limits: { cpu: "8" } }, want: ["limits.cpu"] },
    {
      name: "by all of it when nothing of it is short",
      before: was,
      after: is,
      short: "nvidia.com/gpu",
      want: ["requests.cpu", "requests.memory"],
    },
  ])("$name", ({ before, after, short, want }) => expect(asked(before, after, short)).toEqual(want));
});

test("since when memory grows stands with that it grows, not with how it ends", async () => {
  const trouble = measuredTroubles.find(
    ({ name }) => name === "every pod of a new release takes more memory by the minute",
  );
  const shop = await quietShop();
  trouble?.breakIt(shop);
  const [first] = shop.diagnose(trouble?.symptoms ?? []).diagnosis.hypotheses;
  expect(first?.statement).toMatch(
    /has been growing in a straight line by \d+\.\d MiB a minute in every pod since the image changed(?:, until the container is killed for lack of memory)?$/,
  );
});

test("more memory than half as much again is not told as half as much", async () => {
  const trouble = troubles.find(
    ({ name }) => name === "a pod is killed at a limit that nobody changed, seconds after each start",
  );
  const shop = await quietShop();
  trouble?.breakIt(shop);
  const { recommendations } = shop.diagnose(trouble?.symptoms ?? []);
  expect(recommendations.find(({ action }) => action === "patch-resources")?.reason).toMatch(
    /at least half as much memory again as it was seen to use/,
  );
});
