import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";
import { resourceOfKind } from "../../../src/replay/api/registry.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { withDatabase } from "../../support/postgres.ts";
import { type RunningKubemend, runKubemend } from "../../support/running-kubemend.ts";

const command = new URL("../../../src/cli/kubemend.ts", import.meta.url).pathname;
const soon = { timeout: 60_000, interval: 200 };

/** Users made and held to their role by `kubemend migrate`, as the chart does before each start. */
async function withUsers() {
  const database = await withDatabase();
  const ending = randomBytes(4).toString("hex");
  const names = { watcher: `w_${ending}`, actor: `a_${ending}` };
  const passwords = { watcher: randomBytes(12).toString("hex"), actor: randomBytes(12).toString("hex") };
  const migrate = async (env: Readonly<Record<string, string>> = {}) =>
    await promisify(execFile)(
      process.execPath,
      [command, "migrate", "--watcher-user", names.watcher, "--actor-user", names.actor],
      {
        env: {
          PATH: process.env["PATH"] ?? "",
          NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
          DATABASE_URL: database.url,
          WATCHER_DATABASE_PASSWORD: passwords.watcher,
          ACTOR_DATABASE_PASSWORD: passwords.actor,
          ...env,
        },
      },
    );
  const urlOf = (role: "watcher" | "actor", password = passwords[role]) => {
    const url = new URL(database.url);
    [url.username, url.password] = [names[role], password];
    return url.href;
  };
  return {
    database,
    names,
    migrate,
    urlOf,
    async [Symbol.asyncDispose]() {
      for (const name of Object.values(names))
        await database.pool.query(`drop owned by "${name}" cascade; drop user "${name}"`).catch(() => undefined);
      await database.close();
    },
  };
}

const ready = (one: RunningKubemend) =>
  vi.waitFor(
    async () => expect(await one.probe("/readyz"), one.child.output().slice(-1_500)).toMatchObject({ status: 200 }),
    soon,
  );

const pods = resourceOfKind("v1", "Pod");
const container = { name: "app", image: "registry.local/app:1" };
const brokenPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "lonely", namespace: "shop", uid: "uid-lonely", creationTimestamp: new Date().toISOString() },
  spec: { containers: [container], nodeName: "node-1" },
  status: {
    phase: "Pending",
    conditions: [{ type: "Ready", status: "False" }],
    containerStatuses: [
      {
        ...container,
        imageID: "",
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: "ImagePullBackOff" } },
        lastState: {},
        started: false,
      },
    ],
  },
};

test("watcher and actor run as whole processes with database users of their own: nothing that they do is refused", async () => {
  if (!pods) throw new Error("the API emulator serves pods");
  await using users = await withUsers();
  await users.migrate();
  await using cluster = await startActorCluster();
  await using slack = await startLocalSlack({});
  await using mail = await startMailServer();
  const config = {
    capture: { enabled: true, seconds: 5 },
    email: {
      smtpUrl: `smtp://127.0.0.1:${mail.port}?tls=off`,
      from: "kubemend@example.com",
      to: ["ada@example.com"],
      severities: ["critical", "high", "medium", "low"],
    },
  };
  const both = { clusterUrl: cluster.url, config };
  await using watcher = await runKubemend({ ...both, slack, databaseUrl: users.urlOf("watcher"), role: "watcher" });
  await using actor = await runKubemend({ ...both, databaseUrl: users.urlOf("actor"), role: "actor" });
  await ready(watcher);
  cluster.table.put(pods, brokenPod as never);
  const subjects = () => mail.received.map(({ mail: { subject } }) => subject).join("\n");
  await vi.waitFor(() => expect(subjects(), watcher.child.output().slice(-1_500)).toContain("lonely"), soon);
  expect(JSON.stringify(slack.messages("incidents"))).toContain("lonely");
  // The pages read what they show: the list, the incident, detectors, models, risks, experiments, the digest.
  for (const path of ["/incidents", "/incidents/1", "/detectors", "/models", "/risks", "/experiments", "/digest"])
    expect((await fetch(`${watcher.url}${path}`)).status, path).toBe(200);
  for (const one of [watcher, actor]) {
    one.child.process.kill("SIGTERM");
    const { code } = await one.child.ended;
    expect(code, one.child.output().slice(-1_500)).toBe(0);
    expect(one.child.output()).not.toMatch(/permission denied|must be owner|42501/);
  }
});

test("a password that was changed holds from the next call on; one is not enough, and a short one is none", async () => {
  await using users = await withUsers();
  await users.migrate();
  const open = async (password?: string) => {
    await using store = await openStore({ url: users.urlOf("actor", password), dataFolder: "/nonexistent" });
    return store.origin;
  };
  await expect(open()).resolves.toContain("PostgreSQL");
  const other = "another-password-0123";
  await users.migrate({ ACTOR_DATABASE_PASSWORD: other });
  await expect(open(other)).resolves.toContain("PostgreSQL");
  const { rows } = await users.database.pool.query(
    "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as strong from pg_roles where rolname = any($1)",
    [Object.values(users.names)],
  );
  expect(rows).toEqual([{ strong: false }, { strong: false }]);
  await expect(users.migrate({ ACTOR_DATABASE_PASSWORD: "" })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("belong together"),
  });
  await expect(users.migrate({ ACTOR_DATABASE_PASSWORD: "short" })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("fewer than 12"),
  });
});
