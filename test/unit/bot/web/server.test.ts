import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { startWeb } from "../../../../src/bot/web/server.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";

const head = "Host: x\r\nContent-Type: application/json\r\n";

// Nobody has to be known to hold a connection: a body that never ends, headers that never end, a request that never begins.
test.each([
  ["a body", `POST /loki/api/v1/push HTTP/1.1\r\n${head}Content-Length: 100000\r\n\r\n{`, "a"],
  ["a body for Slack", `POST /slack/events HTTP/1.1\r\n${head}Content-Length: 100000\r\n\r\n{`, "a"],
  ["headers", "GET /healthz HTTP/1.1\r\nHost: x\r\n", "X-More: a\r\n"],
])("%s that drips is cut off", async (_name, begin, drip) => {
  const heard: string[] = [];
  await using web = await startWeb({
    host: "127.0.0.1",
    port: 0,
    requestTimeoutMs: 300,
    slackListener: (request, response) => {
      request.resume().on("end", () => response.end());
    },
    ingest: {
      pushLogs: async () => {
        heard.push("push");
        return { outcome: "accepted" };
      },
      notifyAlerts: () => ({ outcome: "accepted" }),
    },
    readiness: async () => [],
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    log: silentLogger,
  });
  const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(begin);
  const dripping = setInterval(() => socket.write(drip), 50);
  // Whether the last drop still got through, or met a closed socket, is all the same.
  await new Promise((closed) => socket.resume().once("close", closed));
  clearInterval(dripping);
  expect(heard).toEqual([]);
  expect((await fetch(`${web.url}/healthz`)).status).toBe(200);
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

// In a cluster of IPv6 alone the kubelet's probes arrive there.
test.each([
  ["127.0.0.1", true],
  ["0.0.0.0", true],
  ["::1", hasIpv6],
  ["::", hasIpv6],
] as const)("the address of a server at %s leads to it", async (host, possible) => {
  if (!possible) return;
  await using web = await startWeb({
    host,
    port: 0,
    readiness: async () => [],
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    log: silentLogger,
  });
  expect((await fetch(`${web.url}/healthz`)).status).toBe(200);
});

test("probes and scrapes that come all at once are answered by one look, and the next one looks again", async () => {
  const looks = { ready: 0, metrics: 0 };
  const slowly = async <T>(what: keyof typeof looks, answer: T) => {
    looks[what]++;
    await new Promise((later) => setTimeout(later, 500));
    return answer;
  };
  await using web = await startWeb({
    host: "127.0.0.1",
    port: 0,
    readiness: () => slowly("ready", []),
    metrics: () => slowly("metrics", { contentType: "text/plain", body: "kubemend 1\n" }),
    log: silentLogger,
  });
  const flood = (path: string) =>
    Promise.all(Array.from({ length: 50 }, async () => (await fetch(web.url + path)).text()));
  expect(new Set([...(await flood("/readyz")), ...(await flood("/metrics"))])).toEqual(
    new Set(["ok\n", "kubemend 1\n"]),
  );
  // Who comes a moment too late is answered by the next.
  expect(looks.ready).toBeLessThan(10);
  expect(looks.metrics).toBeLessThan(10);
  const before = looks.ready;
  await fetch(`${web.url}/readyz`);
  expect(looks.ready).toBe(before + 1);
});
