import { afterEach, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/replay/api/json.ts";
import { createObjectTable, type ObjectTable } from "../../../../src/replay/api/object-table.ts";
import type { LogLine, LogRun } from "../../../../src/replay/api/ports.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";
import { namespace, pod } from "./samples.ts";

let table: ObjectTable;
let server: ApiServer;
let asked: LogRun[];
let listener: { line: (line: LogLine) => void; end: () => void } | undefined;
let stopped: number;

beforeEach(async () => {
  asked = [];
  stopped = 0;
  listener = undefined;
  table = createObjectTable({ now: () => Date.parse("2026-11-20T22:31:10Z") });
  for (const object of [namespace, pod("web-a")]) table.apply({ type: "ADDED", object });
  server = await startApiServer({
    table,
    logs: {
      lines: (run) => {
        asked.push(run);
        return ["00", "04", "09"].map((second) => ({
          at: `2026-11-20T22:31:${second}.123456789Z`,
          line: `zweite ✓ ${second}`,
        }));
      },
      follow: (_run, to) => {
        listener = to;
        return () => stopped++;
      },
    },
  });
});

afterEach(() => server.close());

const log = (query: string): Promise<Response> => fetch(`${server.url}/api/v1/namespaces/shop/pods/web-a/log?${query}`);

/** The pod with other container states. */
function withState(state: JsonObject, lastState: JsonObject = {}): void {
  const object = pod("web-a");
  table.apply({
    type: "MODIFIED",
    object: {
      ...object,
      status: {
        phase: "Running",
        containerStatuses: [{ name: "web", state, lastState, containerID: "containerd://now" }],
      },
    },
  });
}

test.each([
  { query: "", want: ["00", "04", "09"] },
  { query: "tailLines=2", want: ["04", "09"] },
  { query: "sinceSeconds=5", want: ["09"] },
  { query: "sinceTime=2026-11-20T22:31:04Z", want: ["04", "09"] },
  { query: "sinceTime=2026-11-20T22:31:04Z&tailLines=1", want: ["09"] },
])("log?$query gives lines $want, by the table's clock", async ({ query, want }) => {
  expect(await (await log(query)).text()).toBe(want.map((s) => `zweite ✓ ${s}\n`).join(""));
});

test("limitBytes cuts bytes, not characters", async () => {
  expect(Buffer.from(await (await log("limitBytes=9")).arrayBuffer())).toEqual(
    Buffer.from("zweite ✓ 00").subarray(0, 9),
  );
});

test("follow sends what was written, then each line, and ends with the container", async () => {
  const response = await log("follow=true&tailLines=1");
  const reader = response.body?.getReader();
  const read = async (): Promise<string> => Buffer.from((await reader?.read())?.value ?? []).toString("utf8");
  expect(await read()).toBe("zweite ✓ 09\n");
  listener?.line({ at: "2026-11-20T22:31:11Z", line: "later" });
  expect(await read()).toBe("later\n");
  listener?.end();
  expect((await reader?.read())?.done).toBe(true);
  expect(stopped).toBe(1);
});

test("a client that leaves stops the follower", async () => {
  const leave = new AbortController();
  await fetch(`${server.url}/api/v1/namespaces/shop/pods/web-a/log?follow=true`, { signal: leave.signal });
  leave.abort();
  await expect.poll(() => stopped, { timeout: 30_000 }).toBe(1);
});

test.each([
  {
    name: "a running container has its own run",
    query: "",
    state: { running: { startedAt: "s2" } },
    last: { terminated: { containerID: "containerd://old" } },
    want: "containerd://now",
  },
  {
    name: "previous is the run before",
    query: "previous=true",
    state: { running: { startedAt: "s2" } },
    last: { terminated: { containerID: "containerd://old" } },
    want: "containerd://old",
  },
  {
    name: "in back-off the last run is shown",
    query: "",
    state: { waiting: { reason: "CrashLoopBackOff" } },
    last: { terminated: { containerID: "containerd://old" } },
    want: "containerd://old",
  },
  {
    name: "an ended container shows its run",
    query: "",
    state: { terminated: { containerID: "containerd://done" } },
    last: {},
    want: "containerd://done",
  },
])("$name", async ({ query, state, last, want }) => {
  withState(state, last);
  expect((await log(query)).status).toBe(200);
  expect(asked[0]?.containerId).toBe(want);
});

test("a run that the runtime has removed is a 200 with a sentence", async () => {
  await server.close();
  server = await startApiServer({ table, logs: { lines: () => undefined, follow: () => () => undefined } });
  const response = await log("");
  expect([response.status, await response.text()]).toEqual([
    200,
    "unable to retrieve container logs for containerd://web-a",
  ]);
});
