import { KubeConfig } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { createKubernetesChaos } from "../../../../src/adapters/kubernetes-chaos/kubernetes-chaos.ts";
import { httpFake } from "../../../support/http-fake.ts";

test.each([
  { path: "/", want: "/api/v1/namespaces/shop/services/front:80/proxy/" },
  { path: "/?full=1", want: "/api/v1/namespaces/shop/services/front:80/proxy/" },
  { path: "/cart/", want: "/api/v1/namespaces/shop/services/front:80/proxy/cart/" },
  { path: "/healthz", want: "/api/v1/namespaces/shop/services/front:80/proxy/healthz" },
])("a probe of $path asks for just that", async ({ path, want }) => {
  // As the API server (1.20.2) does it: the root of a proxy without a slash at the end is a redirect to the one with it.
  await using server = await httpFake((request) =>
    request.path.endsWith("/proxy") ? { status: 301, type: "text/plain", body: "" } : { body: "fine" },
  );
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "test", server: server.url, skipTLSVerify: true }, { name: "chaos" });
  const answer = await createKubernetesChaos({ config }).ask({
    namespace: "shop",
    service: "front",
    port: 80,
    path,
    timeoutMs: 5_000,
  });
  expect(answer.status).toBe(200);
  expect(server.requests.map((request) => request.path)).toEqual([want]);
});
