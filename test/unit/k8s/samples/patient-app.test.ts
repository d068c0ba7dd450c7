import { expect, test } from "vitest";
import { createPatient } from "../../../../k8s/samples/patient-app/app/patient.ts";
import { createServer } from "../../../../k8s/samples/patient-app/app/server.ts";
import { readHealth } from "../../../../src/detection/collect/read-health.ts";

function patientApp(now: () => number = Date.now) {
  const app = createServer(createPatient(512 * 1024 * 1024, now));
  app.log.level = "silent";
  const get = (url: string) => app.inject({ url });
  const post = (url: string) => app.inject({ method: "POST", url });
  const failing = async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => get("/data")));
    return answers.filter(({ statusCode }) => statusCode === 500).length;
  };
  return { app, get, post, failing };
}

test("well: works, and its health is one kubemend can read", async () => {
  let now = Date.now();
  const { get, failing } = patientApp(() => now);
  expect(await failing()).toBe(0);
  now += 90_000;
  const answer = await get("/health");
  expect(readHealth(answer.statusCode, answer.body)).toMatchObject({
    up: true,
    cpu: expect.any(Number),
    memory: expect.any(Number),
    errorCount: 0,
    uptimeSeconds: 90,
  });
});

test("errors come with the illness and go with the healing", async () => {
  const { get, post, failing } = patientApp();
  expect((await post("/simulate-error")).json()).toEqual({ suffering: "errors" });
  const failed = await failing();
  expect(failed).toBeGreaterThan(5);
  expect((await get("/health")).json()).toMatchObject({ errorCount: failed, status: "degraded" });
  expect((await get("/healthz")).statusCode).toBe(200);
  expect((await post("/heal")).json()).toEqual({ healed: ["errors"] });
  expect(await failing()).toBe(0);
  expect((await get("/health")).json()).toMatchObject({ errorCount: 0, status: "ok" });
});

test("stuck is what healing does not help", async () => {
  const { post, failing } = patientApp();
  await post("/simulate-error?kind=stuck");
  expect((await post("/heal")).json()).toEqual({ healed: [] });
  expect(await failing()).toBe(40);
});

test("old errors are forgotten", async () => {
  let now = 0;
  const { get, post, failing } = patientApp(() => now);
  await post("/simulate-error?kind=stuck");
  expect(await failing()).toBe(40);
  now = 61_000;
  expect((await get("/health")).json()).toMatchObject({ errorCount: 0 });
});

test("an illness that is none is refused, by name", async () => {
  const { post } = patientApp();
  const answer = await post("/simulate-error?kind=plague");
  expect(answer.statusCode).toBe(400);
  expect(answer.body).toContain("errors, memory, cpu, stuck");
});
