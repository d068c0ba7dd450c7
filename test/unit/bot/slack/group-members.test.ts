import { expect, test } from "vitest";
import { groupsNamed, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { mayApprove } from "../../../../src/actions/policy/who-may.ts";
import { createApprovers } from "../../../../src/app/plans/approvers.ts";
import { createGroupsOf } from "../../../../src/bot/slack/group-members.ts";
import type { SlackOutcome } from "../../../../src/bot/slack/slack-port.ts";

const policy = policySchema.parse({
  version: 1,
  rules: [{ name: "shop", namespaces: ["*"], approvers: { groups: ["slack:S1", "slack:S2"] } }],
});

function slackWith(members: Record<string, readonly string[]>) {
  const asked: string[] = [];
  let down = false;
  return {
    asked,
    fail: (now: boolean) => {
      down = now;
    },
    async groupMembers(id: string): Promise<SlackOutcome<readonly string[]>> {
      asked.push(id);
      return down
        ? { ok: false, failure: { type: "later", code: "ratelimited" } }
        : { ok: true, value: members[id] ?? [] };
    },
  };
}

test("whoever is in a user group that the policy names may approve, and nobody else", async () => {
  const slack = slackWith({ S1: ["U1"], S2: ["U2"] });
  const { approverOf } = createApprovers({ policy, database: {} as never, slack });
  const [rule] = policy.rules;
  if (!rule) throw new Error("one rule");
  const may = async (id: string) =>
    mayApprove(rule, await approverOf({ id, name: id }), { approvalsNeeded: 1, requestedBy: null });
  expect([await may("slack:U1"), await may("slack:U2"), await may("slack:U3"), await may("mail:U1")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("members are kept for minutes, so that a click does not wait for Slack each time, and forgotten after", async () => {
  const slack = slackWith({ S1: ["U1"] });
  let now = 0;
  const groupsOf = createGroupsOf({ slack, groups: groupsNamed(policy), now: () => now });
  expect(await groupsOf("slack:U1")).toEqual(["slack:S1"]);
  await groupsOf("slack:U2");
  expect(slack.asked).toEqual(["S1", "S2"]);
  now += 10 * 60_000;
  await groupsOf("slack:U1");
  expect(slack.asked).toHaveLength(4);
});

test("a Slack that does not tell makes nobody a member, and is asked again soon", async () => {
  const slack = slackWith({ S1: ["U1"] });
  let now = 0;
  const groupsOf = createGroupsOf({ slack, groups: ["slack:S1"], now: () => now });
  slack.fail(true);
  expect(await groupsOf("slack:U1")).toEqual([]);
  expect(await groupsOf("slack:U1")).toEqual([]);
  expect(slack.asked).toHaveLength(1);
  slack.fail(false);
  now += 30_000;
  expect(await groupsOf("slack:U1")).toEqual(["slack:S1"]);
});

test("only groups of Slack that the policy names are asked about, a bounded number of them", async () => {
  const slack = slackWith({});
  const groups = ["mail:team@example.com", "slack:../x", ...Array.from({ length: 500 }, (_, i) => `slack:S${i}`)];
  await createGroupsOf({ slack, groups, now: Date.now })("slack:U1");
  expect(slack.asked).toHaveLength(200);
  expect(slack.asked).not.toContain("../x");
});

test("a clock that is set back makes nobody a member for longer", async () => {
  const members: Record<string, readonly string[]> = { S1: ["U1"] };
  const slack = slackWith(members);
  let now = 10 * 3_600_000;
  const groupsOf = createGroupsOf({ slack, groups: ["slack:S1"], now: () => now });
  expect(await groupsOf("slack:U1")).toEqual(["slack:S1"]);
  members["S1"] = [];
  now -= 3_600_000;
  expect(await groupsOf("slack:U1")).toEqual([]);
});
