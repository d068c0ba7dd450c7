import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { createTransport } from "../../../../src/adapters/kubernetes-reader/transport.ts";

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const proxy = "/api/v1/namespaces/shop/pods/carts:80/proxy";

// A pod that is scraped, or asked for its health, answers with what its owner likes.
test.each([
  ["to another server", (elsewhere: string) => `${elsewhere}/latest/meta-data`],
  ["to another part of the API", () => "/api/v1/namespaces/kube-system/configmaps"],
  ["to another pod", () => "/api/v1/namespaces/shop/pods/db:80/proxy/dump"],
  ["upwards out of the pod", () => `${proxy}/../../../../../kube-system/configmaps`],
  ["to a pod of a longer name", () => "/api/v1/namespaces/shop/pods/carts:8000/proxy/metrics"],
])("a pod that redirects %s is not followed", async (_name, location) => {
  const seen: string[] = [];
  await using elsewhere = await serve((request, response) => {
    seen.push(`elsewhere ${request.url}`);
    response.end("up 1");
  });
  await using api = await serve((request, response) => {
    seen.push(request.url ?? "");
    if (request.url === `${proxy}/metrics`) response.writeHead(302, { location: location(elsewhere.url) }).end();
    else response.end("secret 1");
  });
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromClusterAndUser({ name: "test", server: api.url, skipTLSVerify: true }, { name: "me", token: "t" });
  const transport = createTransport(kubeconfig);
  expect((await transport.answer(`${proxy}/metrics`)).status).toBe(302);
  await expect(transport.text(`${proxy}/metrics`)).rejects.toThrow();
  expect(seen).toEqual([`${proxy}/metrics`, `${proxy}/metrics`]);
});

test("within its own proxy a pod is followed, and not for ever", async () => {
  let asked = 0;
  await using api = await serve((request, response) => {
    asked++;
    if (request.url === `${proxy}/health`) response.writeHead(302, { location: `${proxy}/actuator/health` }).end();
    else if (request.url === `${proxy}/loop`) response.writeHead(302, { location: `${proxy}/loop` }).end();
    else response.end("UP");
  });
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromClusterAndUser({ name: "test", server: api.url, skipTLSVerify: true }, { name: "me" });
  const transport = createTransport(kubeconfig);
  expect(await transport.answer(`${proxy}/health`)).toMatchObject({ status: 200, body: "UP" });
  asked = 0;
  expect((await transport.answer(`${proxy}/loop`)).status).toBe(302);
  expect(asked).toBe(4);
});
