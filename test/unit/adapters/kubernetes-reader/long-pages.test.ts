import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { createKubernetesReader } from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { readBounded } from "../../../../src/adapters/read-bounded.ts";
import { createFewAtATime } from "../../../../src/lib/few-at-a-time.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { kubeconfigFor } from "./api-fixture.ts";

const mebibyte = 1024 * 1024;
/** The same in small: sixteen whole pages would be half a gigabyte. */
const piece = 16 * 1024;

test("of sixteen long pages that come at once only two are held whole", async () => {
  let held = 0;
  let most = 0;
  const hostile = async function* () {
    let own = 0;
    try {
      for (; own < 32; own++) {
        most = Math.max(most, ++held);
        await new Promise(setImmediate);
        yield new Uint8Array(piece);
      }
    } finally {
      held -= own;
    }
  };
  const places = createFewAtATime(2);
  const { signal } = new AbortController();
  const read = () =>
    readBounded(hostile(), 40 * piece, () => new Error("too long"), { freeBytes: 2 * piece, places, signal });
  const texts = await Promise.all(Array.from({ length: 16 }, read));
  expect(texts.every(({ length }) => length === 32 * piece)).toBe(true);
  // Two whole ones, and of each other one what is free with the piece that shows that it is long.
  expect(most).toBeLessThanOrEqual(2 * 32 + 14 * 3 + 2);
});

test("pods with long pages wait for each other, as long as they may take; a page of the usual size never does", async () => {
  const open: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const [pod = ""] = /hoarder|large|small/.exec(request.url ?? "") ?? [];
    response.writeHead(200, { "content-type": "text/plain" });
    if (pod === "small") return response.end("up 1\n");
    response.write("x".repeat(3 * mebibyte));
    return pod === "large" ? response.end() : open.push(response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const kubeconfig = kubeconfigFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const reader = createKubernetesReader({ kubeconfig, log: silentLogger });
    const ask = (pod: string, timeoutMs: number) =>
      reader.podMetrics({ namespace: "shop", pod, port: 80, path: "/metrics", scheme: "http" }, { timeoutMs });
    const hoarders = [ask("hoarder-1", 30_000), ask("hoarder-2", 30_000)];
    await vi.waitFor(() => expect(ask("large", 300)).rejects.toThrow("No answer"), { timeout: 20_000 });
    expect(await ask("small", 5_000)).toBe("up 1\n");
    for (const response of open) response.end();
    expect((await Promise.all(hoarders)).map(({ length }) => length)).toEqual([3 * mebibyte, 3 * mebibyte]);
    expect(await ask("large", 10_000)).toHaveLength(3 * mebibyte);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
