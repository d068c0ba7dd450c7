import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { createIdentify } from "../../../../src/bot/slack/identity.ts";
import { createSlackApp, type SlackApp } from "../../../../src/bot/slack/slack-app.ts";
import { keepSocket, type SocketClient } from "../../../../src/bot/slack/socket-link.ts";
import type { Logger } from "../../../../src/lib/logger.ts";
import type { LocalSlack } from "../../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { quietOperations } from "../../../support/quiet-operations.ts";

type Line = Record<string, unknown> & { readonly event: string };
const lines: Line[] = [];
const note = (fields: object, event: string) => void lines.push({ ...fields, event });
const log = { debug: note, info: note, warn: note, error: note } as unknown as Logger;
const told = (event: string) => lines.filter((line) => line.event === event);

beforeEach(() => void lines.splice(0));

describe("with Slack", () => {
  let slack: LocalSlack;
  let app: SlackApp | undefined;
  beforeEach(async () => {
    slack = await startLocalSlack({ users: [{ id: "U1", name: "ana", real_name: "Ana" }], ackDeadlineMs: 10_000 });
  });
  afterEach(async () => {
    await app?.stop();
    await slack.close();
  });

  const open = (appToken = slack.appToken): SlackApp => {
    const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
    app = createSlackApp(
      { botToken: slack.botToken, appToken, apiUrl: slack.apiUrl },
      {
        desk: { ...quietOperations } as never,
        slack: port,
        identify: createIdentify(port, Date.now),
        log,
        now: Date.now,
        timeZone: "UTC",
        firstSight: async () => true,
      },
    );
    return app;
  };
  const hears = () =>
    vi.waitFor(async () => expect(await slack.slash("/incident help", "U1")).toEqual({ ok: true }), {
      timeout: 20_000,
    });

  test("one that is away when kubemend starts does not keep it from starting, and is heard when it is there", async () => {
    slack.faults.next("apps.connections.open", [{ kind: "status", status: 503 }]);
    await open().start();
    expect(told("slack.not-connected")).toMatchObject([
      { code: expect.any(String), remedy: expect.stringMatching(/443/) },
    ]);
    await hears();
    expect(told("slack.connected")).toHaveLength(1);
  });

  test("a wrong token is told with what is right, and ends nothing", async () => {
    await open("xapp-1-of-somebody-else").start();
    expect(told("slack.not-connected")).toMatchObject([
      { code: "invalid_auth", remedy: expect.stringContaining("SLACK_APP_TOKEN") },
    ]);
  });

  test("a connection that ends while Slack cannot be asked is made again when it can", async () => {
    await open().start();
    await hears();
    slack.faults.next("apps.connections.open", [{ kind: "drop" }]);
    slack.disconnectSockets();
    await vi.waitFor(() => expect(told("slack.not-connected").length).toBeGreaterThan(1), { timeout: 20_000 });
    await hears();
  });
});

test("behind a proxy that Node is told to use, the connection goes through it too", async () => {
  const through: string[] = [];
  const proxy = createServer().on("connect", ({ url = "" }, client: Socket, head: Buffer) => {
    through.push(url);
    const [host = "", port] = url.split(":");
    const upstream = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const slack = await startLocalSlack();
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  for (const name of ["HTTP_PROXY", "http_proxy"])
    vi.stubEnv(name, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "");
  const { botToken, appToken, apiUrl } = slack;
  const app = createSlackApp({ botToken, appToken, apiUrl }, { log } as never);
  try {
    await app.start();
    expect(told("slack.not-connected")).toEqual([]);
    // One to ask for the address, one for the connection.
    expect(through).toEqual([new URL(apiUrl).host, new URL(apiUrl).host]);
  } finally {
    vi.unstubAllEnvs();
    await app.stop();
    await slack.close();
    proxy.close();
  }
});

/** A client whose connections are made and ended by the test. */
function madeUp() {
  const starts: ((error?: unknown) => void)[] = [];
  let disconnects = 0;
  let end: () => void = () => undefined;
  const client: SocketClient = {
    start: () =>
      new Promise((resolve, reject) => {
        starts.push((error) => (error === undefined ? resolve(undefined) : reject(error)));
      }),
    disconnect: async () => {
      disconnects++;
      end();
    },
    on: (_event, listener) => {
      end = listener;
    },
  };
  return { client, starts, end: () => end(), disconnects: () => disconnects };
}

test("a connection that stood for hours is followed by the next without waiting; one that never stands is waited for longer each time", async () => {
  const { client, starts, end } = madeUp();
  const time = vi.spyOn(performance, "now");
  const link = keepSocket(client, log, { sleep: async () => undefined });
  time.mockReturnValue(0);
  const started = link.start();
  starts[0]?.();
  await started;
  time.mockReturnValue(3_600_000);
  end();
  await vi.waitFor(() => expect(starts).toHaveLength(2));
  expect(told("slack.not-connected")).toHaveLength(0);
  starts[1]?.(new Error("no"));
  await vi.waitFor(() => expect(told("slack.not-connected")).toHaveLength(1));
  await vi.waitFor(() => expect(starts).toHaveLength(3), { timeout: 20_000 });
  starts[2]?.();
  await vi.waitFor(() => expect(told("slack.connected")).toHaveLength(1));
  end();
  await vi.waitFor(() => expect(told("slack.not-connected")).toHaveLength(2));
  expect(told("slack.not-connected").map(({ code, retryMs }) => [code, retryMs])).toEqual([
    ["no", 1_000],
    ["hung_up", 2_000],
  ]);
  time.mockRestore();
  await link.stop();
});

test("stopped while it connects: what comes of that attempt is closed, and no other is made", async () => {
  const { client, starts, disconnects } = madeUp();
  const link = keepSocket(client, log);
  const started = link.start();
  await link.stop();
  const before = disconnects();
  starts[0]?.();
  await started;
  await vi.waitFor(() => expect(disconnects()).toBe(before + 1));
  expect(starts).toHaveLength(1);
});
