import { z } from "zod";
import { actionCodes } from "../../incident/action-code.ts";
import { recordDays } from "../../incident/fix/action-record.ts";
import { actionRisks } from "../../incident/fix/action-risk.ts";
import { isTimeZone } from "../../lib/time-zone.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 08:00");
/** The end of a window is no part of it: 24:00 is how the last minute of a day is. */
const endTime = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "a time such as 18:00, or 24:00 for the end of the day");
/** Names with `*` for any run of characters, as in `team-*`. */
const namePattern = z.string().min(1).max(253);
const zone = z.string().refine(isTimeZone, "a time zone such as Europe/Berlin");

/** Without its prefix a person would be nobody, and the rule would let nobody approve, without a word. */
const person = z.string().regex(/^(slack|mail|cli):\S+$/, 'must be "slack:U012AB3CD" or "mail:ann@example.com"');
const group = z.string().regex(/^slack:\S+$/, 'must be "slack:S045EF6GH", the id of a user group');

const approversSchema = z.strictObject({
  /** Anybody the chat or the command line vouches for. Never a bot. */
  anyone: z.boolean().default(false),
  /** `slack:U123`, `mail:a@b.c`, `cli:local`. */
  people: z.array(person).max(500).default([]),
  /** `slack:S123` (a user group). */
  groups: z.array(group).max(100).default([]),
});

const ruleSchema = z.strictObject({
  name: z.string().min(1).max(100),
  namespaces: z.array(namePattern).min(1).max(200),
  /** Kinds the rule speaks of; absent means all. */
  kinds: z.array(z.string().min(1)).min(1).optional(),
  /** Actions the rule allows; absent means all. */
  actions: z.array(z.enum(actionCodes)).min(1).optional(),
  maxRisk: z.enum(actionRisks).default("medium"),
  minConfidence: z.number().min(0).max(1).default(0),
  approvers: approversSchema,
  /** People who must agree; high risk never needs fewer than two. */
  approvals: z.int().min(1).max(5).default(1),
  /** Asks the cluster whether the approver might make the change himself (`clusterIdentity` says who he is there). */
  clusterAccess: z.boolean().default(false),
  /** When an approval needs a one-time code of the approver's as well. */
  secondFactor: z.enum(["never", "high-risk", "always"]).default("never"),
  /** When the rule holds; absent means always. */
  windows: z
    .array(
      z.strictObject({ days: z.array(z.enum(days)).min(1), from: time, to: endTime, timeZone: zone.default("UTC") }),
    )
    .max(20)
    .optional(),
});

const autoApplySchema = z.strictObject({
  actions: z.array(z.enum(actionCodes)).min(1),
  namespaces: z.array(namePattern).min(1),
  kinds: z.array(z.string().min(1)).min(1).optional(),
  minConfidence: z.number().min(0).max(1),
  /** Verified successes of the same action for the same cause on the same kind of target that must have been seen before. */
  afterSuccesses: z.int().min(1).max(1_000),
  /** How far back successes and failures count (days): software changes, and so does what helps. */
  withinDays: z.int().min(1).max(recordDays).default(90),
});

const placeholders = /\{(?:mail|local|slack)\}/;
const clusterIdentitySchema = z.strictObject({
  /** How the cluster calls a person: `{mail}` is the address, `{local}` what stands before its @, `{slack}` the user's id. */
  user: z
    .string()
    .min(1)
    .max(200)
    .refine((text) => placeholders.test(text), "must hold {mail}, {local} or {slack}, or everybody is the same user"),
  /** Groups of the cluster that everybody is in. */
  everybody: z.array(z.string().min(1).max(200)).max(20).default([]),
  /** Groups of the cluster by group of the chat (`slack:S123`). */
  groups: z.record(z.string().min(1).max(200), z.array(z.string().min(1).max(200)).max(20)).default({}),
});

/** `policy.yaml`: who may let kubemend do what, where and when. What no rule allows is denied. */
export const policySchema = z
  .strictObject({
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
    /** Whom the policy must name before they may keep things quiet: nobody, only for more than one object, for everything. */
    whoMaySilence: z.enum(["anyone", "approvers-beyond-one", "approvers"]).default("approvers-beyond-one"),
    /** Who a person of the chat is in the cluster, for rules with `clusterAccess`. */
    clusterIdentity: clusterIdentitySchema.optional(),
  })
  .superRefine(({ rules, clusterIdentity }, context) => {
    rules.forEach((rule, index) => {
      if (rule.clusterAccess && !clusterIdentity)
        context.addIssue({
          code: "custom",
          path: ["rules", index, "clusterAccess"],
          message: "needs clusterIdentity, which says who a person is in the cluster",
        });
    });
  });

export type Policy = z.infer<typeof policySchema>;
export type PolicyRule = Policy["rules"][number];
export type ClusterIdentity = NonNullable<Policy["clusterIdentity"]>;

/** Groups of the chat that the policy speaks of; nobody's membership of any other is asked for. */
export function groupsNamed({ rules, clusterIdentity }: Policy): readonly string[] {
  const named = [...rules.flatMap((rule) => rule.approvers.groups), ...Object.keys(clusterIdentity?.groups ?? {})];
  return [...new Set(named)];
}

/**
 * Without a policy file: every namespace but the protected ones, any action, one approval by anybody in the workspace and
 * two for high risk. Nothing is ever applied by itself.
 */
export const defaultPolicy: Policy = policySchema.parse({
  version: 1,
  rules: [{ name: "default", namespaces: ["*"], maxRisk: "high", approvers: { anyone: true } }],
});
