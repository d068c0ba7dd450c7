import { z } from "zod";
import { actionCodes } from "../incident/action-code.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 08:00");
/** Names with `*` for any run of characters, as in `team-*`. */
const namePattern = z.string().min(1).max(253);
const zone = z
  .string()
  .refine(
    (name) => Intl.supportedValuesOf("timeZone").includes(name) || name === "UTC",
    "a time zone such as Europe/Berlin",
  );

const approversSchema = z.strictObject({
  /** Anybody the chat or the command line vouches for. Never a bot. */
  anyone: z.boolean().default(false),
  /** `slack:U123`, `mail:a@b.c`, `cli:local`. */
  people: z.array(z.string().min(1)).max(500).default([]),
  /** `slack:S123` (a user group). */
  groups: z.array(z.string().min(1)).max(100).default([]),
});

const ruleSchema = z.strictObject({
  name: z.string().min(1).max(100),
  namespaces: z.array(namePattern).min(1).max(200),
  /** Kinds the rule speaks of; absent means all. */
  kinds: z.array(z.string().min(1)).min(1).optional(),
  /** Actions the rule allows; absent means all. */
  actions: z.array(z.enum(actionCodes)).min(1).optional(),
  maxRisk: z.enum(["low", "medium", "high"]).default("medium"),
  minConfidence: z.number().min(0).max(1).default(0),
  approvers: approversSchema,
  /** People who must agree; high risk never needs fewer than two. */
  approvals: z.int().min(1).max(5).default(1),
  /** When the rule holds; absent means always. */
  windows: z
    .array(z.strictObject({ days: z.array(z.enum(days)).min(1), from: time, to: time, timeZone: zone.default("UTC") }))
    .max(20)
    .optional(),
});

const autoApplySchema = z.strictObject({
  actions: z.array(z.enum(actionCodes)).min(1),
  namespaces: z.array(namePattern).min(1),
  kinds: z.array(z.string().min(1)).min(1).optional(),
  minConfidence: z.number().min(0).max(1),
  /** Verified successes of the same action for the same cause that must have been seen before. */
  afterSuccesses: z.int().min(1).max(1_000),
});

/** `policy.yaml`: who may let kubemend do what, where and when. What no rule allows is denied. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  /** Never touched, whatever a rule says. */
  protectedNamespaces: z.array(namePattern).max(200).default(["kube-system", "kube-public", "kube-node-lease"]),
  rules: z.array(ruleSchema).max(200),
  budgets: z
    .strictObject({
      perNamespacePerHour: z.int().min(0).max(10_000).default(10),
      perClusterPerHour: z.int().min(0).max(10_000).default(30),
    })
    .prefault({}),
  autoApply: z.array(autoApplySchema).max(100).default([]),
});

export type Policy = z.infer<typeof policySchema>;
export type PolicyRule = Policy["rules"][number];

/**
 * Without a policy file: every namespace but the protected ones, any action, one approval by anybody in the workspace and
 * two for high risk. Nothing is ever applied by itself.
 */
export const defaultPolicy: Policy = policySchema.parse({
  version: 1,
  rules: [{ name: "default", namespaces: ["*"], maxRisk: "high", approvers: { anyone: true } }],
});
