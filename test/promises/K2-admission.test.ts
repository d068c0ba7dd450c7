import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admissionObjects, allowedOperations } from "../../k8s/admission.ts";
import { onlyDiffersIn } from "../../k8s/only-differs.ts";
import { createCel } from "../support/cel.ts";
import { hostileWrites } from "../support/hostile-writes.ts";
import { type JudgedCluster, legitimateChanges, startJudged } from "../support/judged-cluster.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";
import { addUnusualObjects, huge, moderate, unusualChanges } from "../support/unusual-objects.ts";

const size = promised(huge, moderate);

describe("what the actor's ServiceAccount may change is limited to what the catalogue writes (K2)", () => {
  let judged: JudgedCluster;
  beforeAll(async () => {
    judged = await startJudged();
    await addUnusualObjects(judged.cluster, size);
  });
  afterAll(async () => {
    await judged[Symbol.asyncDispose]();
  });

  test("more than 200 hostile writes with the actor's own token are refused, each of which the API would have taken", async () => {
    expect(hostileWrites.length).toBeGreaterThan(200);
    const revision = judged.cluster.table.revision();
    const letThrough: string[] = [];
    const notValid: string[] = [];
    for (const write of hostileWrites) {
      const { status, text } = await judged.send(write, "actor", false);
      if (status !== 403 || !text.includes("kubemend's actor: "))
        letThrough.push(`${write.name}: ${status} ${text.slice(0, 300)}`);
      const admin = await judged.send(write, "admin", true);
      if (admin.status >= 300) notValid.push(`${write.name}: ${admin.status} ${admin.text.slice(0, 300)}`);
    }
    expect(letThrough).toEqual([]);
    expect(notValid, "a write that the API refuses anyway proves nothing").toEqual([]);
    expect(judged.cluster.table.revision()).toBe(revision);
    promiseFigure(
      "K2",
      `${hostileWrites.length} hostile writes`,
      `${hostileWrites.length - letThrough.length} denied by the policy alone`,
    );
  });

  test("every change of the catalogue is planned, applied and taken back", async () => {
    expect(await judged.carryOutAll(legitimateChanges)).toEqual([]);
    promiseFigure(
      "K2",
      `${legitimateChanges.length} changes of the catalogue`,
      "all applied and taken back under the policy",
    );
  });

  test("so is every change of objects that are bare, or as big as they come", async () => {
    expect(await judged.carryOutAll(unusualChanges(size))).toEqual([]);
    promiseFigure("K2", `${unusualChanges(size).length} changes of unusual objects`, "likewise");
  });

  test("nobody else is held to it", async () => {
    const write = hostileWrites.find(({ name }) => name === "Deployment: a label");
    expect(write && (await judged.send(write, "admin", true)).status).toBe(200);
  });
});

describe("the policy as the API server takes it (K2)", () => {
  const cel = createCel();
  const [policy] = admissionObjects({ namespace: "kubemend" }) as {
    spec: Record<string, { name?: string; expression: string; message?: string }[]>;
  }[];

  test("every expression compiles, and no message breaks its line", () => {
    const all = [
      ...(policy?.spec["matchConditions"] ?? []),
      ...(policy?.spec["variables"] ?? []),
      ...(policy?.spec["validations"] ?? []),
    ];
    expect(all.length).toBeGreaterThan(30);
    for (const { expression, message = "" } of all) {
      expect(() => cel.compile(expression), expression).not.toThrow();
      expect(message).not.toContain("\n");
    }
  });

  test("variables are declared before they are used", () => {
    const declared: string[] = [];
    for (const { name = "", expression } of policy?.spec["variables"] ?? []) {
      for (const [, used = ""] of expression.matchAll(/variables\.(\w+)/g)) expect(declared).toContain(used);
      declared.push(name);
    }
    for (const { expression } of policy?.spec["validations"] ?? [])
      for (const [, used = ""] of expression.matchAll(/variables\.(\w+)/g)) expect(declared).toContain(used);
  });

  test("operations are those of the role, and asking what one may do", () => {
    expect(allowedOperations()).toEqual(
      expect.arrayContaining(["CONNECT /pods/proxy", "CREATE /pods/eviction", "UPDATE apps/deployments/scale"]),
    );
    expect(allowedOperations().filter((text) => /secrets|exec| \/pods$/.test(text))).toEqual([
      "DELETE /pods",
      "UPDATE /pods",
    ]);
  });

  const shape = { fields: { a: "any", list: { items: { fields: { v: "any" } }, by: ["name"] } } } as const;
  const judge = (next: object, old: object) => cel.compile(onlyDiffersIn(shape, "next", "old"))({ next, old });
  test.each([
    { name: "a named field may change", next: { a: 1, b: 2 }, old: { a: 2, b: 2 }, want: true },
    { name: "it may come and go", next: { b: 2 }, old: { a: 2, b: 2 }, want: true },
    { name: "another may not change", next: { b: 1 }, old: { b: 2 }, want: false },
    { name: "nor come", next: { b: 1 }, old: {}, want: false },
    { name: "nor go", next: {}, old: { b: 1 }, want: false },
    {
      name: "an item's named field may change",
      next: { list: [{ name: "x", v: 1 }] },
      old: { list: [{ name: "x", v: 2 }] },
      want: true,
    },
    {
      name: "another of it may not",
      next: { list: [{ name: "x", w: 1 }] },
      old: { list: [{ name: "x", w: 2 }] },
      want: false,
    },
    {
      name: "no item comes",
      next: { list: [{ name: "x" }, { name: "y" }] },
      old: { list: [{ name: "x" }] },
      want: false,
    },
    {
      name: "none takes another's place",
      next: { list: [{ name: "y" }] },
      old: { list: [{ name: "x" }] },
      want: false,
    },
    {
      name: "none is named twice",
      next: { list: [{ name: "x" }, { name: "x" }] },
      old: { list: [{ name: "x" }, { name: "y" }] },
      want: false,
    },
    {
      name: "their order is free",
      next: { list: [{ name: "y" }, { name: "x" }] },
      old: { list: [{ name: "x" }, { name: "y" }] },
      want: true,
    },
    { name: "an empty list is as good as none", next: { list: [] }, old: {}, want: true },
  ])("$name", ({ next, old, want }) => {
    expect(judge(next, old)).toBe(want);
  });
});
