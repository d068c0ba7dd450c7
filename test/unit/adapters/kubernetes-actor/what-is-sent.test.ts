import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ActorPort } from "../../../../src/actions/cluster-port.ts";
import { makePlan } from "../../../../src/actions/plan/plan.ts";
import { writeOutcome } from "../../../../src/adapters/kubernetes-actor/outcome.ts";
import type { WriteStep } from "../../../../src/incident/fix/action-plan.ts";
import { kubectlCommand } from "../../../../src/incident/fix/kubectl-command.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { actorFor, startActorCluster } from "../../../support/actor-cluster.ts";
import { planDeps, recommend } from "../../../support/plan-fixture.ts";

interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly type: string;
  readonly body: unknown;
}

const sent: Sent[] = [];
const server = createServer((request, response) => {
  let text = "";
  request.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  request.on("end", () => {
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const type = request.headers["content-type"] ?? "";
    sent.push({ method: request.method ?? "", url: new URL(request.url ?? "/", "http://api"), type, body });
    response.writeHead(200, { "content-type": "application/json" }).end('{"kind":"Status","status":"Success"}');
  });
});
let actor: ActorPort;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  actor = actorFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  sent.length = 0;
});

const carts = makeRef("Deployment", "shop", "carts");
const pod = makeRef("Pod", "shop", "carts-1");
const steps: readonly WriteStep[] = [
  { type: "patch", target: carts, patchType: "json", body: [] },
  { type: "patch", target: carts, patchType: "strategic-merge", body: {} },
  { type: "patch", target: carts, subresource: "scale", patchType: "merge", body: { spec: { replicas: 1 } } },
  { type: "delete", target: makeRef("Job", "shop", "reindex"), propagation: "Background" },
  { type: "delete", target: pod, propagation: "Foreground" },
  { type: "evict", target: pod },
  { type: "create", target: makeRef("Job", "shop", "again"), body: { kind: "Job" } },
];

test("a dry run says so in exactly the word and the place that the API obeys, for every kind of write", async () => {
  for (const step of steps) await actor.dryRun(step);
  expect(sent).toHaveLength(steps.length);
  for (const { method, url, body } of sent) {
    // A DELETE with a body ignores its query, and other spellings of the query are ignored: either would be a real write.
    const said = method === "DELETE" ? (body as { dryRun?: unknown }).dryRun : [url.searchParams.get("dryRun")];
    expect(said, `${method} ${url.pathname}`).toEqual(["All"]);
  }
});

test("a real write never says that it is a dry run", async () => {
  for (const step of steps) await actor.apply(step, {});
  for (const { url, body } of sent) expect(`${url.search}${JSON.stringify(body)}`).not.toMatch(/dryrun/i);
});

test("every write of an object names its field manager, and unknown fields are refused rather than dropped", async () => {
  for (const step of steps) await actor.apply(step, {});
  const writes = sent.filter(({ method, url }) => method === "PATCH" || url.pathname.endsWith("/jobs"));
  expect(writes).toHaveLength(4);
  for (const { url } of writes) {
    expect(url.searchParams.get("fieldManager")).toBe("kubemend");
    expect(url.searchParams.get("fieldValidation")).toBe("Strict");
  }
});

test("a deletion says what becomes of what it owns, so that the pods of a job are not orphaned", async () => {
  for (const step of steps.filter(({ type }) => type === "delete")) await actor.apply(step, { uid: "u" });
  expect(sent.map(({ body }) => body)).toMatchObject([
    { propagationPolicy: "Background", preconditions: { uid: "u" } },
    { propagationPolicy: "Foreground", preconditions: { uid: "u" } },
  ]);
});

test("each type of patch has its own media type; others are refused with 415", async () => {
  for (const step of steps.slice(0, 3)) await actor.apply(step, {});
  expect(sent.map(({ type }) => type)).toEqual([
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    "application/merge-patch+json",
  ]);
});

describe("a deletion is done in each of the shapes of its answer", () => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", uid: "u" } };
  test.each([
    { name: "gone at once", status: 200, body: { kind: "Status", status: "Success", details: { uid: "u" } } },
    { name: "staying for a while", status: 200, body: object },
    { name: "accepted", status: 202, body: object },
    { name: "an eviction", status: 201, body: { kind: "Status", status: "Success" } },
  ])("$name", ({ status, body }) => {
    const text = JSON.stringify(body);
    expect(writeOutcome({ type: "answer", status, body, text }, ({ kind }) => kind === "Pod")).toMatchObject({
      type: "done",
    });
  });

  test("an object in the answer that is not the one asked for is not taken for it", () => {
    const reply = { type: "answer", status: 200, body: object, text: "" } as const;
    expect(writeOutcome(reply, ({ metadata }) => metadata.name === "a")).toEqual({ type: "done", object });
    expect(writeOutcome(reply, ({ metadata }) => metadata.name === "b")).toEqual({ type: "done" });
  });

  test("forbidden is no proof that the object is there, and conflict none that it is not", () => {
    const answer = (status: number) =>
      writeOutcome({ type: "answer", status, body: { kind: "Status", reason: "x" }, text: "" }, () => true).type;
    expect([403, 404, 409, 429, 500]?.map(answer)).toEqual(["refused", "gone", "conflict", "refused", "unknown"]);
  });
});

test("the command beside a free-form patch merges lists by their keys: a merge patch would drop the other containers", () => {
  const patch = { spec: { template: { spec: { containers: [{ name: "carts", resources: {} }] } } } };
  const command = kubectlCommand("free-patch", carts, { patch });
  expect(command).toContain("kubectl -n shop patch deployment/carts -p");
  expect(command).not.toContain("--type");
});

test("an object that is being deleted accepts patches; no plan is made for it all the same", async () => {
  await using cluster = await startActorCluster();
  cluster.edit("Deployment", "carts", (object) => ({
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: "2026-11-20T12:00:00Z", finalizers: ["foregroundDeletion"] },
  }));
  const recommendation = recommend("restart", ["Deployment", "carts"]);
  expect(await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor))).toMatchObject({
    refusal: { reason: "target-gone", detail: expect.stringContaining("is being deleted") },
  });
});
