import { z } from "zod";
import { actionCodes } from "../incident/action-code.ts";
import { causeCodes } from "../incident/cause.ts";
import { stepSchema } from "./methods/steps.ts";
import { probeSchema } from "./probe.ts";
import { timeSpan, timeSpanText } from "./time-span.ts";

const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "must be the name of a Kubernetes object");
const labels = z.record(z.string().min(1), z.string());
const cause = z.enum(causeCodes);
const action = z.enum(actionCodes);

/** Until when kubemend is to notice, unless it says otherwise. */
const usualMs = 180_000;

/** What kubemend should find and offer; `none` where the system is meant to bear it without an incident. */
const expectedSchema = z.union(
  [
    z.literal("none"),
    z.strictObject({
      cause,
      /** A name of `*` stands for any: which node fails is only known when it does. */
      culprit: z.strictObject({
        kind: z.string().min(1),
        namespace: objectName.optional(),
        name: z.union([objectName, z.literal("*")]),
      }),
      /** The action offered first; several where more than one is right. */
      fix: z
        .union([action, z.array(action).min(1).max(5)], { error: "must be an action, or a list of them" })
        .optional(),
      within: timeSpan(1_000, 86_400_000).optional(),
    }),
  ],
  { error: "must be none, or a map with cause and culprit" },
);

/** A file of `kubemend chaos`. Strict: what is misspelt is refused, so that nothing is silently less bounded than meant. */
export const experimentSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, "must be small letters, digits and dashes"),
    description: z.string().max(2_000).optional(),
    hypothesis: z.string().min(10, "must say in a sentence what you believe will happen").max(500),
    steadyState: z.array(probeSchema).min(1, "must have at least one probe").max(20),
    blastRadius: z.strictObject({
      namespaces: z.array(objectName).min(1).max(20),
      /** Only objects with these labels, where a method's target names no object. */
      labels: labels.optional(),
      /** Of the objects that a target without a name selects, and of the pods of a workload. */
      percentage: z.number().gt(0).max(100).default(100),
      /** More than this many objects are never changed; an experiment that would is refused as a whole. */
      maxObjects: z.int().min(1).max(100).default(5),
      /** Nodes that may be cordoned or loaded. */
      maxNodes: z.int().min(0).max(100).default(0),
    }),
    method: z.array(stepSchema).min(1, "must have at least one step").max(10),
    /** The run ends, and everything is put back, when one of these does not hold twice in a row. */
    abort: z.array(probeSchema).max(20).default([]),
    duration: timeSpan(1_000, 86_400_000),
    /** How often the steady state is checked. */
    every: timeSpan(1_000, 600_000).default(5_000),
    /** Time after which the steady state must be there again once everything is put back. */
    settle: timeSpan(0, 3_600_000).default(120_000),
    expected: expectedSchema,
  })
  .superRefine(({ steadyState, duration: length, every, expected }, context) => {
    const names = steadyState.map(({ name }) => name);
    if (new Set(names).size < names.length)
      context.addIssue({ code: "custom", path: ["steadyState"], message: "every probe needs a name of its own" });
    if (every > length)
      context.addIssue({ code: "custom", path: ["every"], message: "must not be longer than duration" });
    if (expected !== "none" && expected.within !== undefined && expected.within > length)
      context.addIssue({
        code: "custom",
        path: ["expected", "within"],
        message: `kubemend is to notice within ${timeSpanText(expected.within)}, but the fault is put back after ${timeSpanText(length)}; let it last at least that long`,
      });
  })
  .transform(({ expected, ...rest }) => ({
    ...rest,
    expected:
      expected === "none" ? expected : { ...expected, within: expected.within ?? Math.min(usualMs, rest.duration) },
  }));

export type Experiment = z.infer<typeof experimentSchema>;
export type ExpectedOutcome = Experiment["expected"];
