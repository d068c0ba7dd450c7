import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { WriteStep } from "../../../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { actorFor, deadUrl, startActorCluster } from "../../../support/actor-cluster.ts";

const carts = makeRef("Deployment", "shop", "carts");
const patch = (
  body: unknown,
  target = carts,
  patchType: "json" | "merge" | "strategic-merge" = "merge",
): WriteStep => ({ type: "patch", target, patchType, body });

/** A server that answers every request alike; tells what it was asked. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, [Symbol.asyncDispose]: close };
}

const json = (status: number, body: unknown) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};
const status = (code: number, reason: string, more: object = {}) =>
  json(code, { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, ...more });

describe("what an answer means", () => {
  test.each([
    {
      name: "200 with the object",
      answer: json(200, {
        kind: "Deployment",
        apiVersion: "apps/v1",
        metadata: { name: "carts", uid: "u", resourceVersion: "7" },
      }),
      want: { type: "done", object: { metadata: { resourceVersion: "7" } } },
    },
    {
      name: "200 with a Status",
      answer: json(200, { kind: "Status", apiVersion: "v1", status: "Success" }),
      want: { type: "done" },
    },
    { name: "409", answer: status(409, "Conflict"), want: { type: "conflict" } },
    { name: "404", answer: status(404, "NotFound"), want: { type: "gone" } },
    {
      name: "404 that is no JSON",
      answer: (_: IncomingMessage, response: ServerResponse) => void response.writeHead(404).end("404 page not found"),
      want: { type: "gone" },
    },
    { name: "403", answer: status(403, "Forbidden"), want: { type: "refused", status: 403, reason: "Forbidden" } },
    {
      name: "422 with causes",
      answer: status(422, "Invalid", {
        details: { causes: [{ reason: "FieldValueInvalid", field: "spec.replicas", message: "secret" }] },
      }),
      want: { type: "refused", status: 422, fields: ["spec.replicas"] },
    },
    {
      name: "422 of a patch test, which has no details",
      answer: status(422, "Invalid", { details: {} }),
      want: { type: "refused", status: 422, fields: [] },
    },
    { name: "429", answer: status(429, "TooManyRequests"), want: { type: "refused", status: 429 } },
    { name: "500: nobody knows", answer: status(500, "InternalError"), want: { type: "unknown" } },
    {
      name: "503 with text: nobody knows",
      answer: (_: IncomingMessage, response: ServerResponse) => void response.writeHead(503).end("upstream"),
      want: { type: "unknown" },
    },
    {
      name: "a connection that breaks: nobody knows",
      answer: (request: IncomingMessage) => void request.socket.destroy(),
      want: { type: "unknown" },
    },
    {
      name: "an answer that breaks off: nobody knows",
      answer: (request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{");
        setImmediate(() => request.socket.destroy());
      },
      want: { type: "unknown" },
    },
  ])("$name", async ({ answer, want }) => {
    await using server = await answering(answer);
    expect(await actorFor(server.url).apply(patch({}), {})).toMatchObject(want);
  });

  test("no answer in time: nobody knows", async () => {
    await using server = await answering(() => {});
    expect(await actorFor(server.url, 100).apply(patch({}), {})).toMatchObject({ type: "unknown" });
  });

  test("no connection: certainly nothing happened", async () => {
    expect(await actorFor(await deadUrl()).apply(patch({}), {})).toMatchObject({
      type: "unreachable",
      detail: "ECONNREFUSED",
    });
    expect(await actorFor(await deadUrl()).get(carts)).toMatchObject({ type: "failed", reason: "unreachable" });
  });

  test("the server's message is never passed on: it may repeat the whole object", async () => {
    await using cluster = await startActorCluster();
    const outcome = await cluster.actor.apply(
      patch({ data: { pool: 5 } }, makeRef("ConfigMap", "shop", "carts-config")),
      {},
    );
    expect(outcome).toMatchObject({ type: "refused", status: 422 });
    expect(JSON.stringify(outcome)).not.toContain("cartz-db");
  });
});

describe("what is sent", () => {
  test("a stale version inside a patch of any type is a conflict", async () => {
    await using cluster = await startActorCluster();
    const stale = { resourceVersion: "1001" };
    expect(await cluster.actor.apply(patch({ spec: { minReadySeconds: 1 } }), stale)).toEqual({ type: "conflict" });
    expect(await cluster.actor.apply(patch({ spec: { minReadySeconds: 1 } }, carts, "strategic-merge"), stale)).toEqual(
      { type: "conflict" },
    );
    expect(
      await cluster.actor.apply(patch([{ op: "add", path: "/spec/minReadySeconds", value: 1 }], carts, "json"), stale),
    ).toEqual({ type: "conflict" });
    expect(
      await cluster.actor.apply({ ...patch({ spec: { replicas: 3 } }), subresource: "scale" } as WriteStep, stale),
    ).toEqual({ type: "conflict" });
    expect(cluster.writes).toEqual([]);
  });

  test("another pod of the same name is not deleted and not evicted", async () => {
    await using cluster = await startActorCluster();
    const target = makeRef("Pod", "shop", "carts-2-abcde");
    expect(await cluster.actor.apply({ type: "delete", target, propagation: "Background" }, { uid: "other" })).toEqual({
      type: "conflict",
    });
    expect(await cluster.actor.apply({ type: "evict", target }, { uid: "other" })).toEqual({ type: "conflict" });
    expect(cluster.writes).toEqual([]);
  });

  test("a field the API does not know is refused instead of dropped", async () => {
    await using cluster = await startActorCluster();
    expect(await cluster.actor.dryRun(patch({ spec: { replikas: 3 } }))).toMatchObject({ type: "refused" });
  });

  test.each([
    { name: "a Secret", ref: makeRef("Secret", "shop", "db") },
    { name: "a kind of which nothing is known", ref: makeRef("Widget", "shop", "w") },
    { name: "a namespaced object without its namespace", ref: makeRef("Deployment", undefined, "carts") },
  ])("$name cannot be addressed at all", async ({ ref }) => {
    await using server = await answering(json(200, {}));
    const actor = actorFor(server.url);
    expect(await actor.apply(patch({}, ref), {})).toMatchObject({ type: "refused" });
    expect(await actor.dryRun({ type: "delete", target: ref, propagation: "Background" })).toMatchObject({
      type: "refused",
    });
    expect(await actor.get(ref)).toMatchObject({ type: "failed" });
    expect(server.asked).toEqual([]);
  });

  test("a name cannot lead to another path", async () => {
    await using server = await answering(status(404, "NotFound"));
    await actorFor(server.url).get(makeRef("Pod", "shop", "../secrets/db?x=1#"));
    expect(server.asked).toEqual(["GET /api/v1/namespaces/shop/pods/..%2Fsecrets%2Fdb%3Fx%3D1%23"]);
  });

  test("a soft heal goes to the pod's own port and nowhere else", async () => {
    await using server = await answering(json(200, {}));
    const target = makeRef("Pod", "shop", "carts-1");
    await actorFor(server.url).apply({ type: "http", target, port: 8080, method: "POST", path: "/heal" }, {});
    expect(server.asked).toEqual(["POST /api/v1/namespaces/shop/pods/carts-1:8080/proxy/heal"]);
    const answer = await actorFor(server.url).dryRun({
      type: "http",
      target,
      port: 8080,
      method: "POST",
      path: "/heal",
    });
    expect(answer).toMatchObject({ type: "refused" });
    expect(server.asked).toHaveLength(1);
  });
});

describe("lists", () => {
  test("are read page by page, and their items are given the kind they lack", async () => {
    await using cluster = await startActorCluster();
    for (let index = 0; index < 520; index++)
      await cluster.create({
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: { name: `c${index}`, namespace: "shop" },
        spec: {
          schedule: "* * * * *",
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } },
          },
        },
      });
    const listed = await cluster.actor.list("CronJob", "shop");
    expect(listed).toMatchObject({ type: "found" });
    if (listed.type === "found") {
      expect(listed.objects).toHaveLength(522);
      expect(listed.objects[0]).toMatchObject({ kind: "CronJob", apiVersion: "batch/v1" });
    }
  });

  test("an empty namespace does not mean all of them", async () => {
    await using server = await answering(json(200, { items: [] }));
    expect(await actorFor(server.url).list("Pod", "")).toMatchObject({ type: "failed" });
    expect(server.asked).toEqual([]);
  });

  test("a list that may not be read is not an empty one", async () => {
    await using server = await answering(status(403, "Forbidden"));
    expect(await actorFor(server.url).list("Pod", "shop")).toEqual({
      type: "failed",
      reason: "forbidden",
      detail: "HTTP 403",
    });
  });
});
