import { rm } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import { openNatsLogStream } from "../../../../src/adapters/nats/nats-log-stream.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { createKnownPods } from "../../../../src/detection/collect/known-pods.ts";
import { createLogStreamSource } from "../../../../src/detection/collect/logs/log-stream-source.ts";
import { publishLines } from "../../../../src/detection/collect/push/stream-intake.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { findNatsServer, startNatsServer } from "../../../support/nats-server.ts";

const nats = await findNatsServer(false);
const line = (text: string) => ({ at: Date.now(), namespace: "shop", pod: "carts-1", container: "carts", line: text });

describe.skipIf(nats.path === undefined)("log lines through a NATS that comes and goes", () => {
  test("away at the start: it starts, says so, and reads what comes once NATS is there; a lost store is noticed", {
    timeout: 120_000,
  }, async () => {
    await using server = await startNatsServer(nats.path ?? "");
    await server.kill();
    const troubles: string[] = [];
    await using stream = await openNatsLogStream({
      url: server.url,
      cluster: "test",
      partitions: 1,
      maxBytes: 1 << 24,
      maxAgeMs: 3_600_000,
      onTrouble: (reason) => void troubles.push(reason),
    });
    expect(troubles).toEqual([expect.stringContaining("NATS cannot be reached")]);
    await expect(publishLines({ stream, partitionOf: () => 0 }, [line("lost")])).rejects.toThrow("NATS");

    const positions = new Map<string, number>();
    const seen: string[] = [];
    const said: string[] = [];
    const stopping = new AbortController();
    const source = createLogStreamSource({
      stream,
      partitions: 1,
      owns: () => !stopping.signal.aborted,
      position: async (_, epoch) => positions.get(epoch) ?? 0,
      commit: async ({ epoch, seq }) => void positions.set(epoch, seq),
    });
    const reading = source.source({
      clock: systemClock,
      known: createKnownPods(),
      emit: (signal: Signal) => {
        if (signal.type === "log") seen.push(signal.line.line);
        if (signal.type === "source") said.push(`${signal.ok ? "ok" : "blind"} ${signal.detail}`);
      },
      signal: stopping.signal,
      namespaces: [],
      room: () => Number.POSITIVE_INFINITY,
    });
    const until = async (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 50 });
    const publish = (text: string) =>
      vi.waitFor(() => publishLines({ stream, partitionOf: () => 0 }, [line(text)]), {
        timeout: 60_000,
        interval: 200,
      });

    await until(() => expect(said).toEqual([expect.stringContaining("blind the log stream cannot be read: NATS")]));
    expect(source.stats.failures).toBeGreaterThan(0);
    await server.start();
    await until(() => expect(said.at(-1)).toBe("ok log lines are read from the stream"));
    for (const text of ["one", "two", "three"]) await publish(text);
    await until(() => expect([...positions.values()]).toEqual([3]));

    // The machine under it is lost, and its disk with it.
    await server.kill();
    await rm(server.folder, { recursive: true, force: true });
    await server.start();
    await publish("four");
    await until(() => expect(seen).toEqual(["one", "two", "three", "four"]));
    stopping.abort();
    await reading;
  });
});
