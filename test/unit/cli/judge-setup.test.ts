import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeSetup } from "../../../src/cli/judge-setup.ts";
import { AppError } from "../../../src/lib/app-error.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-setup-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const kubeconfig = (server = "https://127.0.0.1:6443") =>
  file(
    "kubeconfig",
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      clusters: [{ name: "test", cluster: { server } }],
      users: [{ name: "test", user: {} }],
    }),
  );

async function refusalOf(settings: string, more: { role?: string; kubeconfig?: string; env?: object } = {}) {
  const { role = "all", env = {} } = more;
  const error = await judgeSetup(
    { config: file("kubemend.yaml", settings), kubeconfig: more.kubeconfig ?? kubeconfig(), role },
    { ...env },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`taken, or not an error for people: ${String(error)}`);
  expect(error.exitCode).toBe(2);
  return `${error.message}\n${error.remedy}`;
}

const rule = (more: string) =>
  `version: 1\nrules:\n  - name: all\n    namespaces: ["*"]\n    approvers: { anyone: true }\n${more}`;

describe("what is wrong with a start is told before anybody is asked, all at once", () => {
  test("settings, policy, kubeconfig and role", async () => {
    const policy = file("policy.yaml", rule("    maxRisk: huge\n    actions: [rollback-deploymnt]\n"));
    const told = await refusalOf(`policy: ${policy}\nweb:\n  port: many\n`, {
      role: "boss",
      kubeconfig: join(folder, "none"),
    });
    for (const part of [
      'There is no role "boss".\nUse one of watcher, actor, all.',
      "has 1 problem:\n  - web.port: must be a number, without quotes and without a unit (line 3)\nSee docs/configuration.md",
      `The policy ${policy} has 2 problems:`,
      "  - rules.0.maxRisk: must be one of low, medium, high (line 6)\nSee docs/policy.md.",
      "  - rules.0.actions.0: is not known; did you mean rollback-deployment? (line 7)",
      "none cannot be read: no such file.",
    ])
      expect(told).toContain(part);
  });

  test.each([
    {
      name: "a policy that is not there",
      policy: "none.yaml",
      says: "none.yaml cannot be read: no such file or folder",
    },
    { name: "a policy without rules", policy: "policy.yaml", text: "version: 1\n", says: "rules: is missing" },
  ])("$name", async ({ policy, text, says }) => {
    const path = text === undefined ? join(folder, policy) : file("policy.yaml", text);
    expect(await refusalOf(`policy: ${path}\n`)).toContain(says);
  });

  test("a rule that asks for one-time codes, and no key to check them with", async () => {
    const policy = file("policy.yaml", rule("    secondFactor: high-risk\n"));
    expect(await refusalOf(`policy: ${policy}\n`)).toContain(
      `asks for one-time codes ("all"), and there is no key to check them with.\nSet secondFactor.key (KUBEMEND_SECOND_FACTOR_KEY)`,
    );
  });

  test.each([
    {
      name: "a Slack that could not be told from anybody",
      settings: "slack:\n  botToken: xoxb-1\n",
      says: "slack.botToken (or SLACK_BOT_TOKEN): nothing tells Slack's requests from anybody's; set slack.appToken (SLACK_APP_TOKEN, Socket Mode) or slack.signingSecret (SLACK_SIGNING_SECRET, HTTP) (line 2)",
    },
    {
      name: "tokens of Slack in each other's place",
      settings: "slack:\n  botToken: xapp-1\n  appToken: xoxb-1\n",
      says: "slack.botToken (or SLACK_BOT_TOKEN): holds an App-Level Token (xapp-…)",
    },
    {
      name: "logs that nobody may deliver",
      settings: "web: { host: 0.0.0.0 }\nlogs:\n  source: push\n",
      says: "logs.source: is push, and nobody may deliver; set ingest.token (KUBEMEND_INGEST_TOKEN)",
    },
  ])("$name: a watcher is not started, an actor does without", async ({ settings, says }) => {
    expect(await refusalOf(settings)).toContain(says);
    const config = file("kubemend.yaml", settings);
    expect(await judgeSetup({ config, kubeconfig: kubeconfig(), role: "actor" }, {})).toMatchObject({ role: "actor" });
  });
});

test("what is right is handed on, with the policy of the file", async () => {
  const policy = file("policy.yaml", rule("    maxRisk: low\n"));
  const config = file("kubemend.yaml", `policy: ${policy}\nkubernetes:\n  kubeconfig: ${kubeconfig()}\n`);
  const setup = await judgeSetup({ config, role: "watcher" }, {});
  expect(setup.policy.rules[0]?.maxRisk).toBe("low");
  expect(setup.kubeConfig.getCurrentCluster()?.server).toBe("https://127.0.0.1:6443");
});
