import { describe, expect, test } from "vitest";
import { createLogStore } from "../../../src/cluster/log-store.ts";
import { waitsForByIds } from "../../../src/cluster/request-ids.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const noon = Date.parse("2026-11-20T12:00:00Z");
const workload = (name: string, namespace = "shop") => makeRef("Deployment", namespace, name);
const [web, orders, payment] = [workload("web"), workload("orders"), workload("payment")];
const traceOf = (i: number) => (0xa1b2c3d4 + i * 7_919).toString(16);

/** Each request is written by these, so many ms after it began. */
function logged(requests: number, told: Record<string, (i: number) => string>, afterMs: Record<string, number>) {
  const logs = createLogStore();
  for (let i = 0; i < requests; i++)
    for (const [name, line] of Object.entries(told))
      logs.push({
        at: noon + i * 500 + (afterMs[name] ?? 0),
        namespace: "shop",
        pod: `${name}-1`,
        container: name,
        line: line(i),
      });
  return { logs, podNamesOf: ({ name }: { name: string }) => [`${name}-1`], lines: 400, since: noon - 1 };
}

const json = (i: number) => `{"msg":"request","status":200,"trace":"${traceOf(i)}"}`;
const plain = (i: number) => `12:00:00.1 INFO [orders,${traceOf(i)}] POST /orders status=200`;
const afterMs = { payment: 10, orders: 20, web: 30 };
const names = (refs: readonly { name: string }[]) => refs.map(({ name }) => name);

describe("ids of requests in logs", () => {
  test("tell whom the one waits for that is done with them last", () => {
    const source = logged(12, { web: json, orders: plain, payment: plain }, afterMs);
    expect(names(waitsForByIds(web, [web, orders, payment], source))).toEqual(["orders", "payment"]);
  });

  test.each<[string, () => readonly { name: string }[]]>([
    [
      "who is done before others: it may be called by them, or beside them",
      () => {
        const source = logged(12, { web: json, orders: plain, payment: plain }, afterMs);
        return waitsForByIds(orders, [web, orders, payment], source);
      },
    ],
    [
      "so few requests that it may be chance",
      () => waitsForByIds(web, [web, orders], logged(3, { web: json, orders: plain }, afterMs)),
    ],
    [
      "ids of something that lasts: a version, a customer",
      () =>
        waitsForByIds(
          web,
          [web, orders],
          logged(
            40,
            { web: (i) => `user=${traceOf(i % 6)} hello`, orders: (i) => `user=${traceOf(i % 6)} bought` },
            afterMs,
          ),
        ),
    ],
    [
      "numbers and words that are no ids",
      () =>
        waitsForByIds(
          web,
          [web, orders],
          logged(12, { web: (i) => `took ${i}0000000 deadbeef`, orders: (i) => `took ${i}0000000 deadbeef` }, afterMs),
        ),
    ],
    [
      "other namespaces",
      () => waitsForByIds(web, [web, workload("orders", "other")], logged(12, { web: json, orders: plain }, afterMs)),
    ],
  ])("do not tell of %s", (_title, asked) => {
    expect(asked()).toEqual([]);
  });
});
