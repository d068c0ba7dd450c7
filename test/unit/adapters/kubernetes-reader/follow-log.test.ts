import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { followLog, type LogPosition, readLog } from "../../../../src/adapters/kubernetes-reader/follow-log.ts";
import { createTransport, type Transport } from "../../../../src/adapters/kubernetes-reader/transport.ts";
import type { LogLine } from "../../../../src/replay/api/ports.ts";
import { type ApiFixture, startApiFixture } from "./api-fixture.ts";

const name = { namespace: "shop", pod: "web", container: "web" };
const startedAt = Date.parse("2026-11-20T22:00:00Z");

let api: ApiFixture;
let transport: Transport;
let written: LogLine[];
let followers: Set<{ readonly line: (line: LogLine) => void; readonly end: () => void }>;
let stopping: AbortController;

/** A container that writes three lines a millisecond: coarse clocks give many lines one time. */
function write(count: number): void {
  for (let i = 0; i < count; i++) {
    const number = written.length;
    const at = new Date(startedAt + Math.floor(number / 3)).toISOString().replace("Z", "123456Z");
    // Every fourth line is the same text.
    const line = { at, line: number % 4 === 0 ? "tick" : `line ${number}` };
    written.push(line);
    for (const follower of followers) follower.line(line);
  }
}

beforeEach(async () => {
  written = [];
  followers = new Set();
  stopping = new AbortController();
  api = await startApiFixture({
    logs: {
      lines: ({ finishedAt }) =>
        finishedAt === undefined ? written : [{ at: "2026-11-20T21:59:59Z", line: "last words" }],
      follow(_run, listener) {
        followers.add(listener);
        return () => followers.delete(listener);
      },
    },
  });
  transport = createTransport(api.kubeconfig);
  const terminated = {
    exitCode: 1,
    startedAt: "2026-11-20T21:59:00Z",
    finishedAt: "2026-11-20T21:59:59Z",
    containerID: "c://1",
  };
  api.put("Pod", "web", {
    spec: { nodeName: "n", containers: [{ name: "web", image: "web:1" }] },
    status: {
      containerStatuses: [
        {
          name: "web",
          restartCount: 1,
          state: { running: { startedAt: "2026-11-20T22:00:00Z" } },
          lastState: { terminated },
        },
      ],
    },
  });
});

afterEach(async () => {
  stopping.abort();
  await api.close();
});

function follow(after?: LogPosition): { readonly lines: string[]; readonly over: Promise<LogPosition | undefined> } {
  const lines: string[] = [];
  const over = followLog(transport, name, { after, signal: stopping.signal, onLine: ({ line }) => lines.push(line) });
  // Failures are looked at where they are expected.
  over.catch(() => undefined);
  return { lines, over };
}

const texts = () => written.map(({ line }) => line);

describe("following a log", () => {
  test("gives each line once, also when the connection breaks again and again", async () => {
    write(10);
    const { lines, over } = follow();
    for (let i = 0; i < 8; i++) {
      await vi.waitFor(() => expect(lines).toEqual(texts()));
      api.proxy.cutAll();
      write(7);
    }
    await vi.waitFor(() => expect(lines).toEqual(texts()), { timeout: 10_000 });
    for (const follower of followers) follower.end();
    expect((await over)?.time).toBe(`${written.at(-1)?.at.slice(0, 23)}123456Z`);
  });

  test("goes on from a position without lines twice", async () => {
    write(8);
    const first = follow();
    await vi.waitFor(() => expect(first.lines).toHaveLength(8));
    for (const follower of followers) follower.end();
    const position = await first.over;
    followers.clear();
    write(3);
    const second = follow(position);
    await vi.waitFor(() => expect(second.lines).toEqual(texts().slice(8)));
  });

  test("lines that are written later with an earlier time are told, each once: of two outputs, or of a clock that was set back", async () => {
    const writeAt = (at: string, line: string) => {
      written.push({ at, line });
      for (const follower of followers) follower.line({ at, line });
    };
    writeAt("2026-11-20T22:00:00.000002Z", "error");
    writeAt("2026-11-20T22:00:00.000001Z", "output");
    const { lines } = follow();
    await vi.waitFor(() => expect(lines).toEqual(["error", "output"]));
    api.proxy.cutAll();
    writeAt("2026-11-20T22:00:05Z", "later");
    await vi.waitFor(() => expect(lines).toEqual(["error", "output", "later"]), { timeout: 10_000 });
    // The node's clock is set back by an hour.
    writeAt("2026-11-20T21:00:06Z", "after the step");
    writeAt("2026-11-20T21:00:07Z", "and on");
    await vi.waitFor(() => expect(lines).toEqual(texts()));
  });

  test("an abort ends it at once, and the process lives", async () => {
    write(1);
    const { lines, over } = follow();
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    stopping.abort(new Error("stopped by the test"));
    await expect(over).rejects.toThrow("stopped by the test");
  });

  test("a pod that is gone is told, not retried", async () => {
    api.remove("Pod", "web");
    await expect(follow().over).rejects.toMatchObject({ status: 404, retryable: false });
    expect(api.proxy.requests).toHaveLength(1);
  });

  test("a server that fails is tried four times", async () => {
    api.proxy.faultFor = () => ({ kind: "status", code: 503 });
    await expect(follow().over).rejects.toMatchObject({ status: 503, retryable: true });
    expect(api.proxy.requests).toHaveLength(4);
  });
});

describe("reading a log", () => {
  test("the previous run's last words", async () => {
    const { lines } = await readLog(transport, name, { previous: true });
    expect(lines).toEqual([{ at: Date.parse("2026-11-20T21:59:59Z"), line: "last words" }]);
  });

  test("only what comes after a position", async () => {
    write(5);
    const first = await readLog(transport, name, {});
    write(5);
    const second = await readLog(transport, name, { after: first.position });
    expect([...first.lines, ...second.lines].map(({ line }) => line)).toEqual(texts());
  });

  test("no more than asked for", async () => {
    write(100);
    const { lines } = await readLog(transport, name, { tailLines: 4 });
    expect(lines.map(({ line }) => line)).toEqual(texts().slice(-4));
  });
});
