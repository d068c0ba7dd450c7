import { describe, expect, test } from "vitest";
import { actionCodes } from "../../../../src/incident/action-code.ts";
import { editableParams, isEditOf, withEdits, withNeeds } from "../../../../src/incident/fix/editable-params.ts";

const memory = { container: "carts", limits: { memory: "128Mi" } };

describe("what a person may edit before a plan is made again", () => {
  test.each([
    { action: "scale", params: { replicas: 3 }, want: ["replicas=3"] },
    { action: "patch-resources", params: memory, want: ["limits/memory=128Mi"] },
    {
      action: "patch-quota",
      params: { hard: { "requests.cpu": "2", pods: "10" } },
      want: ["hard/requests.cpu=2", "hard/pods=10"],
    },
    { action: "patch-hpa", params: { maxReplicas: 8 }, want: ["maxReplicas=8"] },
    {
      action: "patch-probe",
      params: { container: "a", probe: "liveness", value: { timeoutSeconds: 5 } },
      want: ["value/timeoutSeconds=5"],
    },
    { action: "patch-probe", params: { container: "a", probe: "liveness", value: null }, want: [] },
    { action: "rollback-deployment", params: {}, want: ["toRevision=undefined"] },
    // What may hold a password is typed anew and never shown.
    { action: "set-env", params: { container: "a", name: "DB_PASSWORD", value: "hunter2" }, want: ["value=undefined"] },
    { action: "restart", params: {}, want: [] },
    { action: "free-patch", params: { patch: {} }, want: [] },
  ] as const)("$action: $want", ({ action, params, want }) => {
    expect(editableParams(action, params).map(({ name, shown }) => `${name}=${shown}`)).toEqual(want);
  });

  test("values of whatever may be a secret are nowhere in it", () => {
    for (const action of actionCodes)
      expect(
        JSON.stringify(editableParams(action, { value: "hunter2", patch: "hunter2", steps: ["hunter2"] })),
      ).not.toContain("hunter2");
  });
});

describe("edits", () => {
  test("are taken in the type the action wants, and the rest stays", () => {
    expect(withEdits("patch-resources", memory, { "limits/memory": " 256Mi " })).toEqual({
      ok: true,
      params: { container: "carts", limits: { memory: "256Mi" } },
      changed: ["limits/memory"],
    });
    expect(withEdits("scale", { replicas: 2 }, { replicas: "5" })).toMatchObject({ params: { replicas: 5 } });
    expect(withEdits("scale", { replicas: 2 }, { replicas: "2" })).toMatchObject({ changed: [] });
  });

  test.each([
    {
      name: "a parameter that nobody may edit",
      action: "patch-resources",
      params: memory,
      typed: { container: "other" },
      problem: /container may not/,
    },
    {
      name: "a path into the prototype",
      action: "patch-quota",
      params: { hard: { pods: "1" } },
      typed: { "hard/__proto__": "1" },
      problem: /may not/,
    },
    {
      name: "an amount that is none",
      action: "patch-resources",
      params: memory,
      typed: { "limits/memory": "lots" },
      problem: /amount/,
    },
    {
      name: "a number that is none",
      action: "scale",
      params: { replicas: 1 },
      typed: { replicas: "-3" },
      problem: /whole number/,
    },
    {
      name: "a number the action does not take",
      action: "scale",
      params: { replicas: 1 },
      typed: { replicas: "100000" },
      problem: /replicas/,
    },
  ] as const)("refuse $name", ({ action, params, typed, problem }) => {
    expect(withEdits(action, params, typed)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
  });

  test("what only a person knows becomes a number where the action wants one, and stays text where not", () => {
    const why = "nobody knows";
    expect(withNeeds("scale", {}, [{ name: "replicas", why }], { replicas: "4" })).toMatchObject({
      params: { replicas: 4 },
    });
    expect(withNeeds("set-env", { container: "a", name: "B" }, [{ name: "value", why }], { value: "4" })).toMatchObject(
      {
        params: { value: "4" },
      },
    );
    expect(withNeeds("set-env", { container: "a", name: "B" }, [{ name: "value", why }], {})).toMatchObject({
      ok: false,
    });
  });
});

test.each([
  { name: "an edited value", after: { container: "carts", limits: { memory: "1Gi" } }, want: true },
  { name: "the same", after: memory, want: true },
  { name: "another container", after: { container: "proxy", limits: { memory: "128Mi" } }, want: false },
  { name: "something added", after: { ...memory, force: true }, want: false },
  { name: "something taken away", after: { limits: { memory: "128Mi" } }, want: false },
])("a request to plan again is held against what was recommended: $name", ({ after, want }) => {
  expect(isEditOf("patch-resources", memory, after, [])).toBe(want);
});
