import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { followLog } from "../../../../src/adapters/kubernetes-reader/follow-log.ts";
import { createTransport } from "../../../../src/adapters/kubernetes-reader/transport.ts";
import { kubeconfigFor } from "./api-fixture.ts";

/** As a kubelet does: the headers of its answer come with the container's first line. */
async function quietKubelet() {
  const open: ServerResponse[] = [];
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    open.push(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    transport: createTransport(kubeconfigFor(`http://127.0.0.1:${port}`)),
    asked: () => asked,
    say: (line: string) => open.at(-1)?.write(`2026-11-21T10:43:11.000000000Z ${line}\n`),
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("a container that writes nothing is no log that cannot be read, however often it is asked again", async () => {
  using kubelet = await quietKubelet();
  const stopping = new AbortController();
  const lines: string[] = [];
  let failed: unknown;
  const over = followLog(
    kubelet.transport,
    { namespace: "shop", pod: "web", container: "web" },
    { idleMs: 400, signal: stopping.signal, onLine: ({ line }) => lines.push(line) },
  ).catch((error: unknown) => {
    failed = error;
  });
  // More often than a failing one is tried.
  await vi.waitFor(() => expect(kubelet.asked()).toBeGreaterThan(5), { timeout: 20_000 });
  expect(failed).toBeUndefined();
  await vi.waitFor(
    () => {
      kubelet.say("the first word");
      expect(lines).toContain("the first word");
    },
    { timeout: 20_000 },
  );
  stopping.abort(new Error("stopped by the test"));
  await over;
  expect(String(failed)).toContain("stopped by the test");
});
