import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { hasFixEffect } from "../../../../src/replay/player/fix-effect.ts";
import { intentLeaves } from "../../../../src/replay/player/intent-leaves.ts";
import type { RecordedFault } from "../../../../src/replay/player/load-truth.ts";
import { type RecordedFix, recordedFix } from "../../../../src/replay/player/recorded-fix.ts";
import type { Recording } from "../../../../src/replay/recording/load-recording.ts";

interface Case {
  readonly name: string;
  readonly fault: Omit<RecordedFault, "injectedAt" | "fixedAt" | "recoveredAt"> &
    Record<"injectedAt" | "fixedAt" | "recoveredAt", string>;
  readonly versions: readonly { readonly at: string; readonly object: KubeObject }[];
}

/** The culprits of all twelve recorded faults, in all their versions. */
const cases: Case[] = JSON.parse(
  readFileSync(new URL("../../../recordings/recorded-fixes.json", import.meta.url), "utf8"),
);

function fixOf({ fault, versions }: Case, series: Recording["series"] = []): RecordedFix {
  const [first, ...later] = versions.map(({ at, object }) => ({
    at: Date.parse(at),
    change: "MODIFIED" as const,
    object,
  }));
  const recording = {
    start: first?.at ?? 0,
    objects: first ? [first.object] : [],
    changes: later,
    series,
  } as unknown as Recording;
  const { injectedAt, fixedAt, recoveredAt } = fault;
  const times = {
    injectedAt: Date.parse(injectedAt),
    fixedAt: Date.parse(fixedAt),
    recoveredAt: Date.parse(recoveredAt),
  };
  return recordedFix(recording, {
    ...fault,
    ...times,
    fix: { ...fault.fix, target: fault.fix.target ?? fault.culprit },
  });
}

function judged(fix: RecordedFix, object: KubeObject | undefined, podsReplaced = false): boolean {
  return hasFixEffect(fix, { leaves: () => object && intentLeaves(object), podsReplaced });
}

function stateAt({ versions }: Case, at: number): KubeObject {
  const found = versions.findLast((version) => Date.parse(version.at) <= at)?.object;
  if (found === undefined) throw new Error("no version");
  return found;
}

/** A copy with other values; `undefined` removes. Paths go through lists by the name of the item. */
function withValues(object: KubeObject, values: Readonly<Record<string, unknown>>): KubeObject {
  const changed = structuredClone(object);
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split(">");
    const last = keys.pop() ?? "";
    let at = changed as unknown as Record<string, unknown>;
    for (const key of keys) {
      const next = Array.isArray(at) ? at.find((item: { name?: string }) => item.name === key) : at[key];
      if (next === undefined) at[key] = {};
      at = (next ?? at[key]) as Record<string, unknown>;
    }
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return changed;
}

describe.each(cases)("the recorded fix of $name", (one) => {
  const fix = fixOf(one);
  const faulty = stateAt(one, fix.holdAt);

  test("is found in the recording: holds just before it, and not before the fault", () => {
    expect(fix.holdAt).toBeGreaterThan(fix.brokenAt);
    expect(Math.abs(fix.brokenAt - Date.parse(one.fault.injectedAt))).toBeLessThan(1_000);
    expect(Math.abs(fix.holdAt - Date.parse(one.fault.fixedAt))).toBeLessThan(1_000);
  });
  test("has its own effect", () => {
    // The watch may tell of it some 100 ms after the noted time.
    expect(judged(fix, stateAt(one, Date.parse(one.fault.recoveredAt) + 1_000))).toBe(true);
  });
  test("the faulty state does not have it", () => {
    expect(judged(fix, faulty)).toBe(false);
  });
  test("going back to how it was before the fault has it, unless the fault changed nothing there", () => {
    expect(judged(fix, stateAt(one, fix.brokenAt - 1))).toBe(one.name !== "sock-shop-02");
  });
  test("metadata of ours and an unrelated change do not have it", () => {
    const annotated = withValues(faulty, {
      "metadata>annotations": { "kubemend/plan": "1" },
      "metadata>labels>team": "x",
    });
    expect(judged(fix, annotated)).toBe(false);
  });
  test("without the object there is no effect", () => {
    expect(judged(fix, undefined)).toBe(false);
  });
});

const container = (name: string, rest: string) => `spec>template>spec>containers>${name}>${rest}`;
const restartedAt = "spec>template>metadata>annotations>kubectl.kubernetes.io/restartedAt";
const limits = (name: string, resource: string) => container(name, `resources>limits>${resource}`);

describe("the effect counts, not the way", () => {
  test.each([
    {
      recording: "sock-shop-01",
      when: "a higher memory limit than recorded",
      values: { [limits("carts", "memory")]: "200Mi" },
      want: true,
    },
    {
      recording: "sock-shop-01",
      when: "the same limit in bytes",
      values: { [limits("carts", "memory")]: "134217728" },
      want: true,
    },
    {
      recording: "sock-shop-01",
      when: "no limit at all",
      values: { [limits("carts", "memory")]: undefined },
      want: true,
    },
    {
      recording: "sock-shop-01",
      when: "a limit that is still too low",
      values: { [limits("carts", "memory")]: "64Mi" },
      want: false,
    },
    {
      recording: "sock-shop-01",
      when: "the image alone",
      values: { [container("carts", "image")]: "localhost:5000/shop/carts:1.6.4" },
      want: false,
    },
    {
      recording: "meadow-02",
      when: "the CPU limit in cores",
      values: { [limits("catalogue", "cpu")]: "0.3" },
      want: true,
    },
    { recording: "meadow-02", when: "a little more CPU", values: { [limits("catalogue", "cpu")]: "50m" }, want: false },
    {
      recording: "meadow-05",
      when: "a request that a node can take",
      values: { [container("frontend", "resources>requests>cpu")]: "20m" },
      want: true,
    },
    {
      recording: "meadow-05",
      when: "a lower limit alone",
      values: { [limits("frontend", "cpu")]: "300m" },
      want: false,
    },
    {
      recording: "meadow-03",
      when: "the port of the probe by number",
      values: { [container("payment", "livenessProbe>httpGet>port")]: 8080 },
      want: true,
    },
    {
      recording: "meadow-03",
      when: "another wrong port",
      values: { [container("payment", "livenessProbe>httpGet>port")]: 9091 },
      want: false,
    },
    {
      recording: "meadow-03",
      when: "only more patience",
      values: { [container("payment", "livenessProbe>failureThreshold")]: 30 },
      want: false,
    },
    {
      recording: "meadow-06",
      when: "the probe alone, the image stays",
      values: { [container("carts", "readinessProbe>httpGet>path")]: "/readyz" },
      want: true,
    },
    { recording: "sock-shop-04", when: "more replicas than recorded", values: { "spec>replicas": 2 }, want: true },
    { recording: "sock-shop-06", when: "the selector back", values: { "spec>selector>app": "carts" }, want: true },
    {
      recording: "sock-shop-06",
      when: "a selector that matches nothing either",
      values: { "spec>selector>app": "carts-v2" },
      want: false,
    },
    { recording: "sock-shop-02", when: "a restart at another time", values: { [restartedAt]: "x" }, want: true },
    { recording: "sock-shop-02", when: "more replicas", values: { "spec>replicas": 2 }, want: false },
  ])("$recording: $when -> $want", ({ recording, values, want }) => {
    const one = cases.find(({ name }) => name === recording);
    if (one === undefined) throw new Error(`no ${recording}`);
    const fix = fixOf(one);
    expect(judged(fix, withValues(stateAt(one, fix.holdAt), values))).toBe(want);
  });

  test.each([
    { when: "another value", env: { name: "TAX_REGION", value: "us" }, want: true },
    {
      when: "a reference",
      env: { name: "TAX_REGION", valueFrom: { configMapKeyRef: { name: "tax", key: "region" } } },
      want: true,
    },
    { when: "an empty value", env: { name: "TAX_REGION", value: "" }, want: false },
    { when: "another variable", env: { name: "TAX", value: "eu" }, want: false },
  ])("meadow-01: the missing variable with $when -> $want", ({ env, want }) => {
    const one = cases.find(({ name }) => name === "meadow-01");
    if (one === undefined) throw new Error("no meadow-01");
    const fix = fixOf(one);
    const changed = structuredClone(stateAt(one, fix.holdAt)) as KubeObject & {
      spec: { template: { spec: { containers: { env: unknown[] }[] } } };
    };
    changed.spec.template.spec.containers[0]?.env.unshift(env);
    expect(judged(fix, changed)).toBe(want);
  });

  test.each([
    { memory: "64Mi", want: true },
    { memory: "50Mi", want: false },
  ])("sock-shop-01: a limit of $memory where 46 MiB were used in good times -> $want", ({ memory, want }) => {
    const one = cases.find(({ name }) => name === "sock-shop-01");
    if (one === undefined) throw new Error("no sock-shop-01");
    const used = {
      name: "container_memory_working_set_bytes",
      labels: { namespace: "sock-shop", pod: "carts-759f6db4d4-6fwnn", container: "carts" },
      times: Float64Array.of(Date.parse(one.fault.injectedAt) - 60_000, Date.parse(one.fault.injectedAt) + 60_000),
      values: Float64Array.of(46 * 2 ** 20, 300 * 2 ** 20),
    };
    const fix = fixOf(one, [
      used,
      { ...used, labels: { ...used.labels, container: "other" }, values: Float64Array.of(9e9, 9e9) },
    ]);
    expect(judged(fix, withValues(stateAt(one, fix.holdAt), { [limits("carts", "memory")]: memory }))).toBe(want);
  });

  test("sock-shop-02: deleting all its pods is a restart too", () => {
    const one = cases.find(({ name }) => name === "sock-shop-02");
    if (one === undefined) throw new Error("no sock-shop-02");
    const fix = fixOf(one);
    expect(judged(fix, stateAt(one, fix.holdAt), true)).toBe(true);
    expect(judged(fix, stateAt(one, fix.holdAt), false)).toBe(false);
  });
});
