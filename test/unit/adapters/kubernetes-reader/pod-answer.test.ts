import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKubernetesReader } from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { type HttpFake, httpFake } from "../../../support/http-fake.ts";
import { kubeconfigFor } from "./api-fixture.ts";

let api: HttpFake;
beforeEach(async () => {
  api = await httpFake(({ path }) => ({
    status: path.endsWith("/bad") ? 503 : 200,
    type: "text/plain",
    body: path.endsWith("/big") ? "x".repeat(70_000) : "fine",
  }));
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const endpoint = { namespace: "ward", pod: "patient-1", port: 8_000, scheme: "http" } as const;
const ask = (path: string) =>
  createKubernetesReader({ kubeconfig: kubeconfigFor(api.url), log: silentLogger }).podAnswer({ ...endpoint, path });

describe("what a pod answers", () => {
  test("comes with its status, a refusal too", async () => {
    expect(await ask("/health")).toMatchObject({ status: 200, body: "fine" });
    expect(await ask("health/bad")).toMatchObject({ status: 503, body: "fine" });
    expect(api.requests.map(({ path }) => path)).toEqual([
      "/api/v1/namespaces/ward/pods/patient-1:8000/proxy/health",
      "/api/v1/namespaces/ward/pods/patient-1:8000/proxy/health/bad",
    ]);
  });

  test("is cut where it is long: whoever answers with a page of his own is up all the same", async () => {
    expect(await ask("/big")).toMatchObject({ status: 200, body: "x".repeat(64 * 1024) });
  });

  test("is not waited for where it has no end", async () => {
    const endless = createServer((_request, response) => {
      const pour = () => {
        while (!response.destroyed && response.write("y".repeat(65_536)));
      };
      response.writeHead(200).on("drain", pour);
      pour();
    });
    await new Promise<void>((ready) => endless.listen(0, "127.0.0.1", ready));
    const { port } = endless.address() as AddressInfo;
    const reader = createKubernetesReader({ kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`), log: silentLogger });
    const { body } = await reader.podAnswer({ ...endpoint, path: "/" });
    expect(body).toBe("y".repeat(64 * 1024));
    endless.closeAllConnections();
    await new Promise((closed) => endless.close(closed));
  });

  test.each([
    "/../../../../secrets",
    "/%2e%2e/%2E%2E/secrets",
    "/x/..\\..\\..\\y",
    "/..",
    "/../proxy2/x",
  ])("a path that leads out of the pod is not asked: %s", async (path) => {
    await expect(ask(path)).rejects.toMatchObject({ code: "path-leaves-pod" });
    expect(api.requests).toEqual([]);
  });

  test("dots inside the pod are its own business", async () => {
    expect(await ask("/a/../health?deep=../x")).toMatchObject({ status: 200, body: "fine" });
  });
});
