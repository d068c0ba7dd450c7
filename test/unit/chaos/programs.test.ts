import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { programPod } from "../../../src/chaos/program-pod.ts";
import { freePort } from "../../support/free-port.ts";
import { shopScope } from "./chaos-world.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubemend-programs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program as its pod would: from the text of the ConfigMap, by the pod's command, with its environment. */
async function runProgram(program: "proxy" | "load", env: Readonly<Record<string, string>>) {
  const [configMap, pod] = programPod({ program, namespace: "shop", suffix: program, env }, shopScope);
  if (configMap?.type !== "create" || pod?.type !== "create") throw new Error("shape");
  const [[name, text] = ["", ""]] = Object.entries(configMap.object["data"] as Record<string, string>);
  await writeFile(join(folder, name), text);
  const { containers } = pod.object["spec"] as {
    containers: { command: string[]; env: { name: string; value: string }[] }[];
  };
  const [, path = ""] = containers[0]?.command ?? [];
  expect(path).toBe(`/chaos/${name}`);
  const given = Object.fromEntries((containers[0]?.env ?? []).map((one) => [one.name, one.value]));
  const child = spawn(process.execPath, [join(folder, name)], {
    env: { PATH: process.env["PATH"], ...given },
    stdio: "pipe",
  });
  return {
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      // It ends by itself: a pod must not wait for its grace period.
      expect(child.exitCode).toBe(0);
    },
  };
}

async function shop() {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end("socks");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const listening = (port: number) =>
  vi.waitFor(() => fetch(`http://127.0.0.1:${port}/`).then((r) => r.text()), { timeout: 20_000 });

test("the proxy hands requests on, late", async () => {
  await using behind = await shop();
  const port = await freePort();
  const routes = [{ listen: port, host: "127.0.0.1", port: behind.port }];
  await using _proxy = await runProgram("proxy", {
    ROUTES: JSON.stringify(routes),
    DELAY_MS: "300",
    FAIL_PERCENTAGE: "0",
  });
  expect(await listening(port)).toBe("socks");
  const startedAt = performance.now();
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("socks");
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
});

test("a proxy that cuts all requests lets none through", async () => {
  await using behind = await shop();
  const port = await freePort();
  const routes = [{ listen: port, host: "127.0.0.1", port: behind.port }];
  await using _proxy = await runProgram("proxy", {
    ROUTES: JSON.stringify(routes),
    DELAY_MS: "0",
    FAIL_PERCENTAGE: "100",
  });
  // A refused connection means that it does not listen yet; a reset one that it was cut.
  await vi.waitFor(
    async () => {
      const error = await fetch(`http://127.0.0.1:${port}/`).catch(
        (failure: unknown) => failure as Error & { cause?: { code?: string } },
      );
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    },
    { timeout: 20_000 },
  );
  expect(behind.asked()).toBe(0);
});

test("the load asks at its rate", async () => {
  await using behind = await shop();
  await using _load = await runProgram("load", { URL: `http://127.0.0.1:${behind.port}/`, PER_SECOND: "50" });
  await vi.waitFor(() => expect(behind.asked()).toBeGreaterThan(20), { timeout: 20_000 });
});
