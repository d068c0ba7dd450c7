import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { policyCheck } from "../../../src/cli/doctor/policy.ts";
import { postgresCheck } from "../../../src/cli/doctor/postgres.ts";
import { doctor } from "../../../src/cli/doctor.ts";
import { configSchema } from "../../../src/config/config.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { httpFake } from "../../support/http-fake.ts";
import { withDatabase } from "../../support/postgres.ts";

let folder: string;
const said: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubemend-doctor-"));
  said.length = 0;
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  for (const name of Object.keys(process.env))
    if (/^(SLACK_|OPENAI_|SMTP_|PROMETHEUS_|LOKI_|KUBE|DATABASE_)/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", folder);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test("no cluster: says where one is given, and is not ready", async () => {
  await using database = await withDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  expect(await doctor({})).toBe(2);
  const text = said.join("\n");
  expect(text).toContain("FAILED Kubernetes: There is no cluster to watch");
  expect(text).toContain("--kubeconfig");
  expect(text).toContain("off    Slack: not configured");
  expect(said.at(-1)).toContain("Not ready: Kubernetes.");
});

/** A kubeconfig for the API server at `server`. */
async function kubeconfigFor(server: string): Promise<string> {
  const path = join(folder, "config");
  await writeFile(
    path,
    JSON.stringify({
      clusters: [{ name: "a", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "c", context: { cluster: "a", user: "u" } }],
      "current-context": "c",
    }),
  );
  return path;
}

test("a cluster that does not answer: is not ready", async () => {
  await using database = await withDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  expect(await doctor({ kubeconfig: await kubeconfigFor("https://127.0.0.1:9") })).toBe(2);
  expect(said.at(-1)).toContain("Not ready: Kubernetes.");
});

test.each([
  { gitVersion: "v1.20.2", want: "FAILED Kubernetes: v1.20.2 at" },
  { gitVersion: "v1.27.16-eks-a5565ad", want: "FAILED Kubernetes: v1.27.16-eks-a5565ad at" },
  { gitVersion: "v1.28.0", want: "ok     Kubernetes: v1.28.0 at" },
  { gitVersion: "v1.36.2+k3s1", want: "ok     Kubernetes: v1.36.2+k3s1 at" },
])("a cluster of version $gitVersion: $want", async ({ gitVersion, want }) => {
  await using database = await withDatabase();
  await using server = await httpFake(({ path }) =>
    path === "/version"
      ? { body: { major: "1", minor: "0", gitVersion } }
      : { status: 201, body: { apiVersion: "authorization.k8s.io/v1", spec: {}, status: { allowed: true } } },
  );
  vi.stubEnv("DATABASE_URL", database.url);
  await doctor({ kubeconfig: await kubeconfigFor(server.url) });
  expect(said.join("\n")).toContain(want);
});

test("a cluster and a database are enough: what is off is a choice, and the command to go on with is named", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster({ empty: true });
  vi.stubEnv("DATABASE_URL", database.url);
  const kubeconfig = await kubeconfigFor(cluster.url);
  expect(await doctor({ kubeconfig }), said.join("\n")).toBe(0);
  expect(said.join("\n")).toContain("off    Slack: not configured");
  expect(said.at(-1)).toContain(`Ready: kubemend start --kubeconfig ${kubeconfig}`);
});

test("Slack is needed where it is asked about", async () => {
  await using database = await withDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  expect(await doctor({ slack: true })).toBe(2);
  expect(said.at(-1)).toContain("Not ready: Slack.");
});

test("a policy that cannot be used is told before the start, with each problem", async () => {
  const path = join(folder, "policy.yaml");
  await writeFile(
    path,
    "version: 1\nrules:\n  - name: a\n    namespaces: [shop]\n    approvals: 0\n    aprovers: {}\n    approvers: { people: [ann@example.com], groups: [sre] }\n",
  );
  const broken = await policyCheck({ policy: path, secondFactor: {} }).run();
  expect(broken.state).toBe("failed");
  for (const problem of [
    "rules.0.aprovers: there is no such setting; did you mean approvers? (line 6)",
    "rules.0.approvals: must be at least 1 (line 5)",
    'rules.0.approvers.people.0: must be "slack:U012AB3CD" or "mail:ann@example.com" (line 7)',
    'rules.0.approvers.groups.0: must be "slack:S045EF6GH", the id of a user group (line 7)',
  ])
    expect(broken.detail).toContain(problem);
  expect((await policyCheck({ policy: folder, secondFactor: {} }).run()).detail).toContain(
    "cannot be read: it is a folder.",
  );
  expect((await policyCheck({ policy: join(folder, "none.yaml"), secondFactor: {} }).run()).state).toBe("failed");
  expect(await policyCheck({ secondFactor: {} }).run()).toMatchObject({
    state: "ok",
    detail: expect.stringContaining("none of yours"),
  });
});

test.runIf(process.getuid?.() === 0)(
  "data that could not be kept where they were meant to be are told of",
  async () => {
    // A folder that mkdtemp makes is its owner's alone, and PostgreSQL never runs as root.
    const config = configSchema.parse({ data: join(folder, "private") });
    const told = await postgresCheck(config).run();
    expect(told).toMatchObject({
      state: "ok",
      detail: expect.stringContaining(`cannot enter ${config.data}/postgres`),
    });
    const [, place = ""] = /data in (\S+\/kubemend-data-\w+),/.exec(told.detail) ?? [];
    expect(place).not.toBe("");
    await rm(place, { recursive: true });
  },
);

test("a policy that asks for one-time codes without a key is told: nobody could approve by it", async () => {
  const path = join(folder, "codes.yaml");
  const rule = "{ name: a, namespaces: [shop], approvers: { anyone: true }, secondFactor: always }";
  await writeFile(path, `version: 1\nrules:\n  - ${rule}\n`);
  const told = await policyCheck({ policy: path, secondFactor: {} }).run();
  expect(told).toMatchObject({ state: "failed", remedy: expect.stringContaining("KUBEMEND_SECOND_FACTOR_KEY") });
  const key = Buffer.alloc(32).toString("base64");
  expect(await policyCheck({ policy: path, secondFactor: { key } }).run()).toMatchObject({ state: "ok" });
});

test("a database that a newer version has changed, one of another owner, and one where no tables may be made", async () => {
  await using database = await withDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  await database.pool.query("insert into schema_migration (name, timestamp) values ('9001-later', now()::text)");
  await doctor({});
  expect(said.join("\n")).toContain("FAILED PostgreSQL: The database belongs to a newer kubemend");

  const role = `reader_${process.pid}`;
  await database.pool.query("delete from schema_migration where name = '9001-later'");
  await database.pool.query(`create role ${role} login password 'x'`);
  try {
    await database.pool.query(`grant select on all tables in schema public to ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = "x";
    vi.stubEnv("DATABASE_URL", url.href);
    const told = async () => {
      said.length = 0;
      await doctor({});
      return said.join("\n");
    };
    // As a user of one role has it, whom `kubemend migrate --watcher-user` let in.
    expect(await told()).toMatch(/ok {5}PostgreSQL: .*up to date, and somebody else's/);
    await database.pool.query("delete from schema_migration where name = (select max(name) from schema_migration)");
    expect(await told()).toMatch(/FAILED PostgreSQL: .* lacks 1 step .*\n.*kubemend migrate as the owner/);
    await database.pool.query("delete from schema_migration");
    expect(await told()).toMatch(/FAILED PostgreSQL: .* does not let this user make tables/);
  } finally {
    await database.pool.query(`drop owned by ${role}`);
    await database.pool.query(`drop role ${role}`);
  }
});
