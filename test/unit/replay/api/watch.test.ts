import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/replay/api/json.ts";
import { createObjectTable, type ObjectTable } from "../../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";
import { namespace, pod, shop } from "./samples.ts";

let table: ObjectTable;
let server: ApiServer;

beforeEach(async () => {
  table = createObjectTable({ historyLimit: 20 });
  for (const object of shop) table.apply({ type: "ADDED", object });
  server = await startApiServer({ table, bookmarkIntervalMs: 20, futureVersionWaitMs: 5000 });
});

afterEach(() => server.close());

type Told = {
  readonly type: string;
  readonly object: JsonObject & { metadata: { name?: string; resourceVersion: string }; code?: number };
};

const path = "/api/v1/namespaces/shop/pods";

async function* events(query: string): AsyncGenerator<Told> {
  const response = await fetch(`${server.url}${path}?watch=true&${query}`);
  expect(response.status).toBe(200);
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString("utf8");
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Told;
  }
}

async function take(query: string, count: number): Promise<Told[]> {
  const found: Told[] = [];
  for await (const event of events(query)) {
    found.push(event);
    if (found.length === count) break;
  }
  return found;
}

describe("a watch", () => {
  test("ends by itself when its time is over", async () => {
    const found: Told[] = [];
    for await (const event of events(`timeoutSeconds=1&resourceVersion=${table.revision()}`)) found.push(event);
    expect(found).toEqual([]);
  });

  test("gets bookmarks with the newest version when it asks for them", async () => {
    const since = table.revision();
    table.apply({ type: "MODIFIED", object: { ...namespace, status: { phase: "Terminating" } } });
    const [first] = await take(`allowWatchBookmarks=true&resourceVersion=${since}`, 1);
    expect(first).toEqual({
      type: "BOOKMARK",
      object: { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: String(table.revision()) } },
    });
  });

  test("goes on where a bookmark or a DELETED left it, without a gap and without a repeat", async () => {
    const since = table.revision();
    table.apply({ type: "DELETED", object: pod("web-a") });
    const [deleted] = await take(`resourceVersion=${since}`, 1);
    table.apply({ type: "ADDED", object: pod("web-c") });
    const [next] = await take(`resourceVersion=${deleted?.object.metadata.resourceVersion}`, 1);
    expect([deleted?.type, next?.type, next?.object.metadata.name]).toEqual(["DELETED", "ADDED", "web-c"]);
  });

  test("from a version that was compacted is told 410 in the stream and ends", async () => {
    const since = table.revision();
    for (let i = 0; i < 30; i++) table.apply({ type: "ADDED", object: pod(`more-${i}`) });
    const found = await take(`resourceVersion=${since}`, 5);
    expect(found.map((e) => [e.type, e.object.code])).toEqual([["ERROR", 410]]);
  });

  test("is told 410 after a compaction, and can start again from a list", async () => {
    const since = table.revision();
    table.apply({ type: "ADDED", object: pod("web-c") });
    table.compact();
    expect((await take(`resourceVersion=${since}`, 1))[0]?.object.code).toBe(410);
    const list = (await (await fetch(`${server.url}${path}`)).json()) as { metadata: { resourceVersion: string } };
    table.apply({ type: "ADDED", object: pod("web-d") });
    expect((await take(`resourceVersion=${list.metadata.resourceVersion}`, 1))[0]?.object.metadata.name).toBe("web-d");
  });

  test("at a version of the future is silent until the table has passed it", async () => {
    const stream = events(`resourceVersion=${table.revision() + 1}`);
    const first = stream.next();
    // The request has to be open before the changes come.
    await (await fetch(`${server.url}/version`)).json();
    table.apply({ type: "ADDED", object: pod("early") });
    table.apply({ type: "ADDED", object: pod("late") });
    expect((await first).value?.object.metadata.name).toBe("late");
    await stream.return(undefined);
  });
});

test("a list at a version of the future waits for it", async () => {
  const answer = fetch(`${server.url}${path}?resourceVersion=${table.revision() + 1}`);
  await (await fetch(`${server.url}/version`)).json();
  table.apply({ type: "ADDED", object: pod("web-c") });
  const list = (await (await answer).json()) as { items: unknown[] };
  expect(list.items).toHaveLength(3);
});

test("a change that was recorded twice makes one event", () => {
  const since = table.revision();
  table.apply({ type: "MODIFIED", object: pod("web-a", "Failed") });
  table.apply({ type: "MODIFIED", object: pod("web-a", "Failed") });
  expect(table.eventsSince(since).map((e) => e.type)).toEqual(["MODIFIED"]);
});

test("an object that comes back with another uid is told as deleted and added", () => {
  const since = table.revision();
  table.apply({
    type: "MODIFIED",
    object: { ...pod("web-a"), metadata: { name: "web-a", namespace: "shop", uid: "another" } },
  });
  expect(table.eventsSince(since).map((e) => e.type)).toEqual(["DELETED", "ADDED"]);
});
