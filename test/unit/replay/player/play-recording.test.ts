import { afterEach, describe, expect, test } from "vitest";
import { numberAt, objectAt, objectsAt, stringAt } from "../../../../src/replay/api/json.ts";
import { type PlayedWorld, playWorld } from "./played-world.ts";

const minute = 60_000;
let world: PlayedWorld;

afterEach(async () => {
  await world.stop();
});

const limitsOf = (deployment: Parameters<typeof objectsAt>[0]) =>
  objectAt(objectsAt(deployment, "spec", "template", "spec", "containers")[0], "resources", "limits");
const restarts = (pod: Parameters<typeof objectsAt>[0]) =>
  numberAt(objectsAt(pod, "status", "containerStatuses")[0], "restartCount") ?? 0;
const setMemory = (memory: string) =>
  world.write("Deployment", "carts", (deployment) => {
    limitsOf(deployment)["memory"] = memory;
    deployment.metadata.annotations = { ...deployment.metadata.annotations, "kubemend/plan": "42" };
  });
const until = (time: string) => world.clock.advanceTo(Date.parse(`2026-11-20T${time}Z`));
const isCrashing = () =>
  world
    .list("Pod")
    .some(
      (pod) =>
        stringAt(objectsAt(pod, "status", "containerStatuses")[0], "state", "waiting", "reason") === "CrashLoopBackOff",
    );

describe("a recorded memory limit that is too low (sock-shop-01)", () => {
  test("without a fix the world stays broken for as long as one waits, and its symptoms go on", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:44:30.000");
    expect(world.player.state).toBe("playing");
    await until("22:46:30.000");
    const errors = 'http_requests_total{code="502",method="GET",route="/cart",service="frontend"}';
    const frontend = world.list("Pod").find((pod) => pod.metadata.name.startsWith("frontend-"))?.metadata.name ?? "";
    const values: number[] = [(await world.metric(frontend, errors)) ?? -1];
    for (let i = 0; i < 30; i++) {
      await world.clock.advance(minute);
      values.push((await world.metric(frontend, errors)) ?? -1);
    }
    expect(world.player.hold?.laps).toBeGreaterThan(29);
    expect(world.player.state).toBe("holding");
    expect(isCrashing()).toBe(true);
    // A counter that grows by the same amount each minute: the repeated one.
    const steps = new Set(values.slice(1).map((value, i) => value - (values[i] ?? 0)));
    expect(values[0]).toBeGreaterThan(0);
    expect([...steps].every((step) => step > 5)).toBe(true);
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(Math.max(...steps) / 2);
    const [last] =
      world.player.logs
        .lines({
          namespace: "sock-shop",
          pod: frontend,
          podUid: "",
          container: "frontend",
          containerId: undefined,
          startedAt: undefined,
          finishedAt: undefined,
        })
        ?.slice(-1) ?? [];
    expect(world.clock.now() - Date.parse(last?.at ?? "")).toBeLessThan(5_000);
    expect(Math.abs(Date.parse(last?.at ?? "") - Date.parse(JSON.parse(last?.line ?? "").ts))).toBeLessThan(100);
  });

  test("a patch with the effect of the fix goes on into the recovery, moved to now", async () => {
    world = await playWorld("sock-shop-01");
    await until("23:10:00.000");
    const fixedAt = world.clock.now();
    setMemory("200Mi");
    expect(world.player.state).toBe("released");
    await world.clock.advance(30_000);
    expect(isCrashing()).toBe(false);
    const carts = world.get("Deployment", "carts");
    expect(objectAt(carts, "status")).toMatchObject({
      readyReplicas: 1,
      updatedReplicas: 1,
      observedGeneration: carts?.metadata.generation,
    });
    expect(carts?.metadata.annotations).toMatchObject({
      "kubemend/plan": "42",
      "deployment.kubernetes.io/revision": "3",
    });
    expect(limitsOf(carts)).toMatchObject({ memory: "200Mi" });
    // What the Deployment makes is made as the client wants it, what it made before is not touched.
    const sets = world.list("ReplicaSet").filter(({ metadata }) => /^carts-[^d]/.test(metadata.name));
    expect(sets.map((set) => limitsOf(set)["memory"]).sort()).toEqual(["128Mi", "200Mi", "34Mi"]);
    const pod = world.list("Pod").find(({ metadata }) => metadata.name.startsWith("carts-568db49675"));
    expect(objectAt(objectsAt(pod, "spec", "containers")[0], "resources", "limits")).toMatchObject({ memory: "200Mi" });
    const createdAt = Date.parse(pod?.metadata.creationTimestamp ?? "");
    // Whole seconds, cut off.
    expect(createdAt - fixedAt).toBeGreaterThanOrEqual(-1_000);
    expect(createdAt - fixedAt).toBeLessThan(3_000);
    expect(world.events.map((event) => event.type)).toEqual(["broken", "holding", "released"]);
  });

  test("a patch without that effect changes the object and mends nothing", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:50:00.000");
    setMemory("48Mi");
    await world.clock.advance(5 * minute);
    const carts = world.get("Deployment", "carts");
    expect(world.player.state).toBe("holding");
    expect(isCrashing()).toBe(true);
    expect(limitsOf(carts)).toMatchObject({ memory: "48Mi" });
    // The controller has taken note, so that nobody waits for that.
    expect(numberAt(carts, "status", "observedGeneration")).toBe(carts?.metadata.generation);
    expect(world.events.at(-1)).toMatchObject({ type: "no-effect", fix: { id: "sock-shop-01" } });
  });

  test("a fix that comes minutes before the recorded one helps at once", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:41:00.000");
    expect(isCrashing() || world.list("Pod").some((pod) => restarts(pod) > 0)).toBe(true);
    setMemory("128Mi");
    await world.clock.advance(30_000);
    expect(world.player.state).toBe("released");
    expect(isCrashing()).toBe(false);
    expect(objectAt(world.get("Deployment", "carts"), "status")).toMatchObject({
      readyReplicas: 1,
      updatedReplicas: 1,
    });
    // Nothing that the stretch in between deleted is left over, nothing it created is missing.
    const names = (kind: string) => world.list(kind).map(({ metadata }) => metadata.name);
    expect(names("Pod").filter((name) => name.startsWith("carts-74968b766b"))).toEqual([]);
    expect(
      names("ReplicaSet").filter((name) => name.startsWith("carts-") && !name.startsWith("carts-db")),
    ).toHaveLength(3);
  });

  test("the same change before the fault is no fix", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:35:00.000");
    setMemory("256Mi");
    expect(world.player.state).toBe("playing");
    await until("22:47:00.000");
    expect(world.player.state).toBe("holding");
  });

  test("taking a fix back is told, and the recovery plays on", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:46:00.000");
    setMemory("128Mi");
    await world.clock.advance(minute);
    setMemory("34Mi");
    await world.clock.advance(minute);
    expect(world.player.undone).toEqual(["sock-shop-01"]);
    expect(world.events.at(-1)?.type).toBe("undone");
    expect(isCrashing()).toBe(false);
  });

  test("after the recording the last healthy stretch goes on", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:46:00.000");
    setMemory("128Mi");
    await world.clock.advance(20 * minute);
    expect(world.player.state).toBe("ended");
    expect(world.player.progress.ratio).toBe(1);
    const frontend = world.list("Pod").find((pod) => pod.metadata.name.startsWith("frontend-"))?.metadata.name ?? "";
    const before = await world.metric(
      frontend,
      'http_requests_total{code="200",method="GET",route="/cart",service="frontend"}',
    );
    await world.clock.advance(minute);
    const after = await world.metric(
      frontend,
      'http_requests_total{code="200",method="GET",route="/cart",service="frontend"}',
    );
    expect(after).toBeGreaterThan(before ?? Number.POSITIVE_INFINITY);
  });

  test("a pod that a client deletes comes back under another name, with the same trouble", async () => {
    world = await playWorld("sock-shop-01");
    await until("22:46:00.000");
    const crashing = world.list("Pod").find(({ metadata }) => metadata.name.startsWith("carts-74968b766b"));
    world.deletePod(crashing?.metadata.name ?? "");
    await world.clock.advance(minute);
    const successors = world.list("Pod").filter(({ metadata }) => metadata.name.startsWith("carts-74968b766b"));
    expect(successors).toHaveLength(1);
    expect(successors[0]?.metadata.name).not.toBe(crashing?.metadata.name);
    expect(successors[0]?.metadata.uid).not.toBe(crashing?.metadata.uid);
    expect(world.player.state).toBe("holding");
    expect(isCrashing()).toBe(true);
    // And goes away when the fix comes.
    setMemory("128Mi");
    await world.clock.advance(minute);
    expect(world.list("Pod").filter(({ metadata }) => metadata.name.startsWith("carts-74968b766b"))).toEqual([]);
  });

  test("a clock that starts another day moves everything there", async () => {
    const start = Date.parse("2027-03-01T10:00:00.000Z");
    world = await playWorld("sock-shop-01", { clock: { now: () => start, sleep: () => Promise.resolve() } });
    await world.clock.advance(2 * minute);
    const ages = world.list("Pod").map((pod) => start - Date.parse(pod.metadata.creationTimestamp ?? ""));
    expect(Math.max(...ages)).toBeLessThan(20 * minute);
    const job = world.list("Pod").find(({ metadata }) => metadata.name === "stock-sync-29920232-ldw8z");
    expect(Date.parse(job?.metadata.creationTimestamp ?? "") - start).toBe(19_000);
  });
});

describe("other kinds of fault", () => {
  test("while a bad liveness probe waits for its fix, restarts go on counting (meadow-03)", async () => {
    world = await playWorld("meadow-03");
    await until("23:08:00.000");
    const payment = () => world.list("Pod").find(({ metadata }) => metadata.name.startsWith("payment-"));
    const pulls = () =>
      world
        .list("Event")
        .filter((event) => event["reason"] === "Pulled")
        .reduce((sum, event) => sum + (numberAt(event, "count") ?? 0), 0);
    const pullsBefore = pulls();
    const counts: number[] = [];
    for (let i = 0; i < 6; i++) {
      await world.clock.advance(minute);
      counts.push(restarts(payment()));
    }
    expect(world.player.state).toBe("holding");
    // The kubelet goes on telling of each start, too.
    expect(pulls()).toBeGreaterThanOrEqual(pullsBefore + 5);
    expect(counts.every((count, i) => i === 0 || count > (counts[i - 1] ?? 0))).toBe(true);
  });

  test("a Service gets its endpoints back when the selector does (sock-shop-06)", async () => {
    world = await playWorld("sock-shop-06");
    await until("23:50:00.000");
    const endpoints = () =>
      world
        .list("EndpointSlice")
        .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "carts")
        .flatMap((slice) => objectsAt(slice, "endpoints"));
    expect(endpoints()).toEqual([]);
    world.write("Service", "carts", (service) => {
      objectAt(service, "spec", "selector")["app"] = "carts";
    });
    await world.clock.advance(5_000);
    expect(world.player.state).toBe("released");
    expect(endpoints()).toHaveLength(1);
  });

  test("a release with a leak is mended by going back to the image before (meadow-04)", async () => {
    world = await playWorld("meadow-04");
    await until("23:17:00.000");
    expect(world.player.state).toBe("playing");
    world.write("Deployment", "catalogue", (deployment) => {
      const container = objectsAt(deployment, "spec", "template", "spec", "containers")[0];
      if (container) container["image"] = "localhost:5000/shop/catalogue:1.8.2";
    });
    await world.clock.advance(30_000);
    expect(world.player.state).toBe("released");
    const images = world
      .list("Pod")
      .filter(({ metadata }) => metadata.name.startsWith("catalogue-"))
      .map((pod) => objectsAt(pod, "spec", "containers")[0]?.["image"]);
    expect(images).toEqual(["localhost:5000/shop/catalogue:1.8.2", "localhost:5000/shop/catalogue:1.8.2"]);
  });

  test("without a truth a recording plays to its end and stops there when told so", async () => {
    world = await playWorld("sock-shop-06", { faults: [], afterEnd: "stop" });
    await world.clock.advance(30 * minute);
    expect(world.player.state).toBe("ended");
    expect(world.events.map((event) => event.type)).toEqual(["ended"]);
    const kinds = ["Pod", "Deployment", "ReplicaSet", "Service"];
    const expected = new Map(
      world.recording.objects.map((object) => [`${object.kind}/${object.metadata.name}`, object.metadata.uid]),
    );
    for (const { change, object } of world.recording.changes) {
      if (change === "DELETED") expected.delete(`${object.kind}/${object.metadata.name}`);
      else expected.set(`${object.kind}/${object.metadata.name}`, object.metadata.uid);
    }
    for (const kind of kinds) {
      const got = world.list(kind).map(({ metadata }) => [`${kind}/${metadata.name}`, metadata.uid]);
      expect(new Map(got as [string, string][])).toEqual(
        new Map([...expected].filter(([key]) => key.startsWith(`${kind}/`))),
      );
    }
  });
});
