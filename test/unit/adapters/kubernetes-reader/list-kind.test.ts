import { expect, test } from "vitest";
import { AnswerTooLarge } from "../../../../src/adapters/kubernetes-reader/api-error.ts";
import { findKind, type WatchedKind } from "../../../../src/adapters/kubernetes-reader/kinds.ts";
import { listKind } from "../../../../src/adapters/kubernetes-reader/list-kind.ts";
import type { Transport } from "../../../../src/adapters/kubernetes-reader/transport.ts";

/** Serves `objects` in pages, and refuses pages of more than `mostAtOnce`. */
function serving(objects: number, mostAtOnce: number) {
  const limits: number[] = [];
  const json: Transport["json"] = async (_path, options) => {
    const { limit, continue: token } = options?.query ?? {};
    limits.push(Number(limit));
    const from = Number(token ?? 0);
    const to = Math.min(objects, from + Number(limit));
    if (to - from > mostAtOnce) throw new AnswerTooLarge(1_000);
    const items = Array.from({ length: to - from }, (_, i) => from + i);
    return { metadata: { resourceVersion: "7", ...(to < objects ? { continue: String(to) } : {}) }, items };
  };
  return { json, limits };
}

const services = findKind("Service") as WatchedKind;
const configMaps = findKind("ConfigMap") as WatchedKind;
const listed = async (objects: number, mostAtOnce: number, kind = services) => {
  const { json, limits } = serving(objects, mostAtOnce);
  const transport = { json } as Transport;
  const { items } = await listKind(transport, kind, undefined, (item) => item);
  return { items, limits };
};

test("large objects are listed in smaller pages, each once", async () => {
  const { items, limits } = await listed(1_200, 120);
  expect(items).toEqual(Array.from({ length: 1_200 }, (_, i) => i));
  expect(limits.slice(0, 3)).toEqual([500, 100, 100]);
});

test("small ones need no more than their pages", async () => {
  expect((await listed(1_200, 1_000)).limits).toEqual([500, 500, 500]);
});

test("an object that is too large by itself is no list without end", async () => {
  await expect(listed(3, 0)).rejects.toThrow("larger than");
});

test("of ConfigMaps, which may be large, few are asked for at a time", async () => {
  const { items, limits } = await listed(120, 1_000, configMaps);
  expect(items).toHaveLength(120);
  expect(limits).toEqual([50, 50, 50]);
});
