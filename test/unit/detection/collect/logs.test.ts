import { describe, expect, test } from "vitest";
import type { KubeObject, Pod } from "../../../../src/cluster/kubernetes-types.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { createKnownPods } from "../../../../src/detection/collect/known-pods.ts";
import type { LogReader } from "../../../../src/detection/collect/logs/container-log.ts";
import { type LogSourceOptions, type LogSourceStats, logSource } from "../../../../src/detection/collect/logs/logs.ts";
import { AppError } from "../../../../src/lib/app-error.ts";
import { createManualClock, type ManualClock } from "../../../support/manual-clock.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const time = (seconds: number) => new Date(start + seconds * 1000).toISOString();

type State = NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number]["state"];
const running = (seconds: number): State => ({ running: { startedAt: time(seconds) } });
const ended = (from: number, to: number): State => ({
  terminated: { exitCode: 1, startedAt: time(from), finishedAt: time(to) },
});

function pod(name: string, state: State, lastState: State = {}): KubeObject {
  const status = { name: "main", restartCount: 0, state, lastState };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid: name },
    spec: { containers: [{ name: "main" }] },
    status: { phase: "Running", containerStatuses: [status] },
  };
}

interface Fixture {
  readonly clock: ManualClock;
  readonly asked: string[];
  readonly lines: () => string[];
  readonly sources: () => Signal[];
  tell(change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): Promise<void>;
  /** Ends what is followed now. */
  endFollows(): Promise<void>;
  stop(): Promise<void>;
}

function startSource(reader: Partial<LogReader> = {}, options: Partial<LogSourceOptions> = {}): Fixture {
  const clock = createManualClock(start);
  const signals: Signal[] = [];
  const asked: string[] = [];
  const stopping = new AbortController();
  const known = createKnownPods();
  let ends: (() => void)[] = [];
  const full: LogReader = {
    async readLog(name, { previous }) {
      asked.push(`read ${name.pod}${previous ? " previous" : ""}`);
      return { lines: [{ at: start, line: `last words of ${name.pod}` }], position: { time: "t", seen: [] } };
    },
    followLog(name, { onLine, signal }) {
      asked.push(`follow ${name.pod}`);
      onLine({ at: start, line: `line of ${name.pod}` }, { time: "t", seen: [] });
      return new Promise((resolve, reject) => {
        ends.push(() => resolve(undefined));
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    ...reader,
  };
  const done = logSource({
    reader: full,
    clock,
    known,
    emit: (signal) => signals.push(signal),
    signal: stopping.signal,
    ...options,
  });
  return {
    clock,
    asked,
    lines: () => signals.flatMap((signal) => (signal.type === "log" ? [signal.line.line] : [])),
    sources: () => signals.filter(({ type }) => type === "source"),
    async tell(change, object) {
      known.apply({ type: "object", at: clock.now(), change, object });
      await clock.advance(0);
    },
    async endFollows() {
      const all = ends;
      ends = [];
      for (const end of all) end();
      await clock.advance(0);
    },
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

describe("which logs are read", () => {
  test("a running container is followed once, however often its pod changes", async () => {
    const source = startSource();
    await source.tell("ADDED", pod("web", running(0)));
    await source.tell("MODIFIED", pod("web", running(0)));
    expect(source.asked).toEqual(["follow web"]);
    expect(source.lines()).toEqual(["line of web"]);
    await source.stop();
  });

  test("a crash: the last words are read once, then the new run is followed", async () => {
    const source = startSource();
    await source.tell("ADDED", pod("web", running(0)));
    await source.endFollows();
    await source.tell("MODIFIED", pod("web", { waiting: { reason: "CrashLoopBackOff" } }, ended(0, 5)));
    await source.clock.advance(10_000);
    await source.tell("MODIFIED", pod("web", running(20), ended(0, 5)));
    await source.clock.advance(10_000);
    expect(source.asked).toEqual(["follow web", "read web previous", "follow web"]);
    await source.stop();
  });

  test("a container that had ended before anybody could follow it", async () => {
    const source = startSource();
    await source.tell("ADDED", pod("job", ended(-20, -5)));
    await source.clock.advance(30_000);
    expect(source.asked).toEqual(["read job"]);
    await source.stop();
  });

  test("not what ended long ago, nor what has not started", async () => {
    const source = startSource();
    await source.tell("ADDED", pod("old", ended(-900, -800)));
    await source.tell("ADDED", pod("new", { waiting: { reason: "ContainerCreating" } }));
    await source.clock.advance(10_000);
    expect(source.asked).toEqual([]);
    await source.stop();
  });

  test("not the pods of other namespaces", async () => {
    const source = startSource({}, { namespaces: ["bank"] });
    await source.tell("ADDED", pod("web", running(0)));
    expect(source.asked).toEqual([]);
    await source.stop();
  });

  test("nothing more of a pod that is gone", async () => {
    const source = startSource();
    await source.tell("ADDED", pod("web", running(0)));
    await source.tell("DELETED", pod("web", running(0)));
    await source.endFollows();
    await source.clock.advance(30_000);
    expect(source.asked).toEqual(["follow web"]);
    await source.stop();
  });
});

describe("bounds and failures", () => {
  test("more containers than places wait for one, and that is told", async () => {
    let stats: LogSourceStats | undefined;
    const source = startSource({}, { maxFollowed: 2, onStats: (latest) => (stats = latest) });
    for (const name of ["a", "b", "c"]) await source.tell("ADDED", pod(name, running(0)));
    await source.clock.advance(11_000);
    expect(source.asked).toEqual(["follow a", "follow b"]);
    expect(stats).toEqual({ followed: 2, waiting: 1 });
    expect(source.sources()).toMatchObject([{ ok: true, detail: expect.stringContaining("the limit is 2") }]);
    await source.tell("MODIFIED", pod("a", { terminated: { exitCode: 0 } }));
    await source.endFollows();
    await source.clock.advance(2_000);
    expect(source.asked.slice(2)).toContain("follow c");
    await source.stop();
  });

  test("a log that the runtime has thrown away does not keep the next run from being followed", async () => {
    const source = startSource({ readLog: async () => Promise.reject(new AppError("kubernetes-400", "not found")) });
    await source.tell("ADDED", pod("web", running(20), ended(0, 5)));
    await source.clock.advance(10_000);
    expect(source.asked).toEqual(["follow web"]);
    await source.stop();
  });

  test("when no log can be read for a minute the source is blind, and it is tried again", async () => {
    let works = false;
    const source = startSource({
      followLog: async (_name, { onLine }) => {
        if (!works) throw new AppError("kubernetes-unreachable", "no answer", { retryable: true });
        onLine({ at: start, line: "back" }, { time: "t", seen: [] });
        await new Promise(() => undefined);
      },
    });
    await source.tell("ADDED", pod("web", running(0)));
    await source.clock.advance(90_000);
    expect(source.sources().at(-1)).toMatchObject({ ok: false, source: "logs" });
    works = true;
    await source.clock.advance(20_000);
    expect(source.lines()).toEqual(["back"]);
    expect(source.sources().at(-1)).toMatchObject({ ok: true });
  });
});
