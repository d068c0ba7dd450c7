import type { Recording } from "../../../../src/replay/recording/load-recording.ts";
import type { Any, Container, Pod } from "../kube-types.ts";
import type { Plan } from "../kubelet.ts";
import { type Line, logLine } from "../log-format.ts";
import type { Script, World } from "../world.ts";

export interface Expectation {
  readonly causes: readonly string[];
  /** `Kind/name`; any of them counts. */
  readonly culprits: readonly string[];
  /** `action Kind/name`; any of them among the first two recommendations counts. */
  readonly fixes: readonly string[];
  /** The right answer may come with doubt; a wrong one may not come at all. */
  readonly mayDoubt?: boolean;
}

export interface Scenario {
  readonly id: string;
  /** What it retells and where that was published; invented when not said. */
  readonly story?: { readonly told: string; readonly source: string };
  readonly shop: "meadow" | "sock-shop";
  readonly script: Script;
  /** What became of the recording on its way: samples that were lost, a clock that was set. */
  readonly after?: (recording: Recording) => Recording;
  /** One for each incident that must be raised; none for routine work. */
  readonly expect: readonly Expectation[];
}

export const object = (apiVersion: string, kind: string, name: string, rest: Record<string, unknown>): Any => ({
  apiVersion,
  kind,
  metadata: {
    name,
    uid: `0f0f0f0f-1111-4222-a333-${name.padEnd(12, "0").slice(0, 12)}`,
    resourceVersion: "4000",
    generation: 1,
  },
  ...rest,
});

export const data = (world: World, kind: string, name: string, edit: (data: Record<string, string>) => void): void =>
  world.api.update<Any>(kind, name, (found) => {
    const values = { ...(found.data as Record<string, string>) };
    edit(values);
    found.data = values;
  });

/** Deletes an object and returns a way to put it back. */
export function removed(world: World, kind: string, name: string): () => void {
  const before = world.api.get(kind, name);
  world.api.remove(kind, name);
  return () => {
    if (before) world.api.create({ ...structuredClone(before), metadata: { ...before.metadata, uid: "" } });
  };
}

export const setEnv = (container: Container, name: string, value: string): void => {
  const others = (container.env ?? []).filter((item) => item.name !== name);
  container.env = [...others, { name, value }];
};

/** A plan for the containers of one app that `when` accepts. */
export function planFor(
  world: World,
  app: string,
  change: (usual: Plan, pod: Pod, container: Container, attempt: number) => Plan | undefined,
): void {
  const before = world.switches.plan;
  world.switches.plan = (pod, container, attempt, usual) => {
    const plan = before(pod, container, attempt, usual);
    return pod.metadata.labels?.app === app ? (change(plan, pod, container, attempt) ?? plan) : plan;
  };
}

export const crash = (
  usual: Plan,
  app: string,
  at: number,
  afterMs: number,
  code: number,
  lines: readonly Line[],
): Plan => ({
  ...usual,
  exit: { afterMs, code },
  lines: [
    ...usual.lines.filter(({ ms }) => ms < afterMs - 20),
    ...lines.map((line, i) => ({ ms: afterMs - 15 + i, text: logLine(app, at + afterMs - 15 + i, line) })),
  ],
});

export const tagOf = (image: string): string => image.split(":").at(-1) ?? "";
export const withTag = (image: string, tag: string): string => image.replace(/:[^:]+$/, `:${tag}`);
/** A value between 0 and 1 that is the same for the same request. */
export const share = (trace: string): number => Number.parseInt(trace.slice(0, 4), 16) / 65_536;
