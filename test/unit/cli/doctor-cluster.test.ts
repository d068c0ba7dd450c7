import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadKubeConfig } from "../../../src/adapters/kubernetes-config.ts";
import { watchedKinds } from "../../../src/adapters/kubernetes-reader/kinds.ts";
import { warnAtStart } from "../../../src/cli/doctor/at-start.ts";
import { chaosCheck } from "../../../src/cli/doctor/chaos.ts";
import { kubernetesCheck } from "../../../src/cli/doctor/kubernetes.ts";
import { configSchema } from "../../../src/config/config.ts";
import { AppError } from "../../../src/lib/app-error.ts";
import type { Logger } from "../../../src/lib/logger.ts";
import { deadUrl } from "../../support/actor-cluster.ts";
import { type FakeAnswer, httpFake } from "../../support/http-fake.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-kubeconfig-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Parts {
  readonly server?: string;
  readonly user?: object;
  readonly current?: string | undefined;
}

function kubeconfig({ server = "https://127.0.0.1:9", user = {}, current = "c" }: Parts = {}): string {
  const path = join(folder, `config-${Math.random()}`);
  const cluster = server.startsWith("http:") ? { server, "insecure-skip-tls-verify": true } : { server };
  writeFileSync(
    path,
    JSON.stringify({
      clusters: [{ name: "a", cluster }],
      users: [{ name: "u", user }],
      contexts: [{ name: "c", context: { cluster: "a", user: "u" } }],
      ...(current !== "" && { "current-context": current }),
    }),
  );
  return path;
}

function text(content: string): string {
  const path = join(folder, `text-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

const check = (path: string) => kubernetesCheck({ kubeconfig: path, namespaces: [], scraping: true }).run();

describe("a kubeconfig that names no cluster says why, and what it has instead", () => {
  test.each([
    {
      name: "no context is current",
      path: () => kubeconfig({ current: "" }),
      says: /its current-context is not set/,
      remedy: /--context.*: c\./,
    },
    {
      name: "a context that is not there",
      path: () => kubeconfig({ current: "old" }),
      says: /old is not one of its contexts/,
      remedy: /: c\./,
    },
    { name: "some other text", path: () => text("hello"), says: /may be no kubeconfig/, remedy: /--kubeconfig/ },
    { name: "nothing", path: () => text(""), says: /cannot be read/, remedy: /--kubeconfig/ },
    { name: "bytes", path: () => text("a: \u0000\u0001"), says: /cannot be read: [^\n]*\.$/, remedy: /--kubeconfig/ },
  ])("$name", ({ path, says, remedy }) => {
    try {
      loadKubeConfig({ kubeconfig: path() });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.message).toMatch(says);
      expect(error.remedy).toMatch(remedy);
      expect(error.exitCode).toBe(2);
      return;
    }
    throw new Error("it was taken");
  });

  test("a path that begins with ~, as people write it into a file", () => {
    vi.stubEnv("HOME", folder);
    try {
      const path = kubeconfig();
      expect(loadKubeConfig({ kubeconfig: path.replace(folder, "~") }).getCurrentContext()).toBe("c");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("a context that is asked for and is not there", () => {
    expect(() => loadKubeConfig({ kubeconfig: kubeconfig(), context: "berlin" })).toThrow(/no context berlin/);
  });
});

describe("a cluster that does not let us in is told in words", () => {
  test.each<{ name: string; answer: FakeAnswer; says: RegExp; remedy: RegExp }>([
    {
      name: "expired credentials",
      answer: { status: 401, body: { message: "Unauthorized" } },
      says: /401.*expired/,
      remedy: /Log in/,
    },
    {
      name: "a forbidden identity",
      answer: { status: 403, body: { message: 'User "x" cannot' } },
      says: /403\): User "x" cannot/,
      remedy: /reader role/,
    },
    {
      name: "a login page",
      answer: { type: "text/html", body: "<html>" },
      says: /not like Kubernetes/,
      remedy: /login page/,
    },
    { name: "a broken proxy", answer: { status: 502, body: "" }, says: /answers 502/, remedy: /proxy/ },
  ])("$name", async ({ answer, says, remedy }) => {
    await using server = await httpFake(() => answer);
    const result = await check(kubeconfig({ server: server.url }));
    expect(result).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(says),
      remedy: expect.stringMatching(remedy),
    });
    expect(result.detail).not.toMatch(/HTTP-Code|Headers|\n/);
  });

  test("plain HTTP, as of kubectl proxy", async () => {
    const path = text(
      JSON.stringify({
        clusters: [{ name: "a", cluster: { server: "http://127.0.0.1:8001" } }],
        users: [{ name: "u", user: {} }],
        contexts: [{ name: "c", context: { cluster: "a", user: "u" } }],
        "current-context": "c",
      }),
    );
    expect(await check(path)).toMatchObject({
      state: "failed",
      detail: "http://127.0.0.1:8001 is plain HTTP, which is not taken from a kubeconfig",
      remedy: expect.stringContaining("kubectl proxy"),
    });
  });

  test("nobody there", async () => {
    const server = await deadUrl();
    const result = await check(kubeconfig({ server }));
    expect(result).toMatchObject({ state: "failed", detail: `${server} does not answer: ECONNREFUSED` });
  });

  test("an address that nobody can be asked at", async () => {
    const result = await check(kubeconfig({ server: "https://127.0.0.1:1" }));
    expect(result).toMatchObject({ state: "failed", detail: "https://127.0.0.1:1 does not answer: bad port" });
  });

  test("a certificate whose file was not copied along", async () => {
    const user = { "client-certificate": join(folder, "none.crt"), "client-key": join(folder, "none.key") };
    expect(await check(kubeconfig({ user }))).toMatchObject({
      state: "failed",
      detail: `the kubeconfig names the file ${join(folder, "none.crt")}, which is not there`,
      remedy: expect.stringContaining("--flatten"),
    });
  });

  test("a credential program that is not installed", async () => {
    const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-program" } };
    expect(await check(kubeconfig({ user }))).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("the program no-such-program, which is not installed"),
    });
  });

  test("a credential program that says no", async () => {
    const args = ["-e", "console.error('session has expired'); process.exit(3)"];
    const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args } };
    expect(await check(kubeconfig({ user }))).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^the program .*node.* gave none: session has expired$/),
      remedy: expect.stringContaining("Log in with it again"),
    });
  });
});

/** An API server of this version that serves all that is watched, without these kinds. */
async function serving(gitVersion: string, without: readonly string[], policies = true) {
  return await httpFake(({ path }) => {
    if (path === "/version") return { body: { gitVersion } };
    if (!path.startsWith("/apis/") || path.includes("selfsubjectaccessreviews"))
      return { status: 201, body: { status: { allowed: true } } };
    const group = path.slice("/apis/".length);
    const kinds = watchedKinds.filter(({ apiVersion, kind }) => apiVersion === group && !without.includes(kind));
    if (kinds.length === 0) return { status: 404, body: { message: "not found" } };
    const more = policies && group.startsWith("admissionregistration") ? [{ name: "validatingadmissionpolicies" }] : [];
    return { body: { resources: [...kinds.map(({ plural }) => ({ name: plural })), ...more] } };
  });
}

test.each([
  {
    version: "v1.20.2",
    without: ["CronJob", "EndpointSlice", "HorizontalPodAutoscaler", "PodDisruptionBudget"],
    state: "failed",
    says: "is older than what kubemend is made for; it does not serve CronJob (batch/v1, from 1.21), HorizontalPodAutoscaler (autoscaling/v2, from 1.23), PodDisruptionBudget (policy/v1, from 1.21), EndpointSlice (discovery.k8s.io/v1, from 1.21)",
    remedy: "Use Kubernetes 1.28 or later.",
  },
  {
    version: "v1.31.0",
    without: ["HorizontalPodAutoscaler"],
    state: "failed",
    says: "it does not serve HorizontalPodAutoscaler (autoscaling/v2, from 1.23)",
    remedy: "--runtime-config",
  },
  { version: "v1.31.0", without: [], state: "ok", says: "v1.31.0 at http", remedy: undefined },
])("what Kubernetes $version does not serve ($without) is named with what helps", async (one) => {
  await using server = await serving(one.version, one.without);
  const result = await check(kubeconfig({ server: server.url }));
  expect(result.state).toBe(one.state);
  expect(result.detail).toContain(one.says);
  expect("remedy" in result ? result.remedy : undefined).toEqual(
    one.remedy === undefined ? undefined : expect.stringContaining(one.remedy),
  );
});

test("a cluster without admission policies is well, and is told how to be installed in", async () => {
  await using server = await serving("v1.29.4", [], false);
  const result = await check(kubeconfig({ server: server.url }));
  expect(result).toMatchObject({ state: "ok", detail: expect.stringContaining("admissionPolicy.enabled=false") });
});

test("a watcher says in its log, at once, what it starts without", async () => {
  const said: { fields: object; event: string }[] = [];
  const log = { warn: (fields: object, event: string) => said.push({ fields, event }) } as unknown as Logger;
  const config = configSchema.parse({
    health: { model: join(folder, "none") },
    runbooks: join(folder, "none"),
    email: { smtpUrl: "smtp://mail:25" },
  });
  await using server = await httpFake(() => ({ status: 401, body: {} }));
  await warnAtStart(
    config,
    { kubeconfig: kubeconfig({ server: server.url }) },
    { log, signal: new AbortController().signal, env: { KUBEMEND_LOGLEVEL: "x" } },
  );
  expect(said).toMatchObject([
    { event: "config.variable-not-read", fields: { meant: "KUBEMEND_LOG_LEVEL" } },
    { event: "setup.incomplete", fields: { what: "Kubernetes", problem: expect.stringContaining("401") } },
    { event: "setup.incomplete", fields: { what: "Files", problem: expect.stringMatching(/health.model.*runbooks/) } },
    { event: "setup.incomplete", fields: { what: "E-mail" } },
  ]);
});

describe("the identity of experiments", () => {
  const run = (chaos: object, kubernetes: object = {}) => {
    const { chaos: own, kubernetes: place } = configSchema.parse({ cluster: "c", chaos, kubernetes });
    return chaosCheck({ chaos: own, kubernetes: place }).run();
  };

  test("is tried with its own kubeconfig, not with the watcher's", async () => {
    await using server = await httpFake(() => ({ status: 201, body: { status: { allowed: true } } }));
    const watchers = kubeconfig({ server: await deadUrl() });
    expect(await run({ kubeconfig: kubeconfig({ server: server.url }) }, { kubeconfig: watchers })).toEqual({
      state: "ok",
      detail: `${server.url} answers the identity of experiments`,
    });
  });

  test("a file that is not there, a token that has expired and a missing role are said", async () => {
    expect(await run({ kubeconfig: "/nowhere/chaos.yaml" })).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("/nowhere/chaos.yaml cannot be read"),
    });
    await using expired = await httpFake(() => ({ status: 401, body: { message: "Unauthorized" } }));
    expect(await run({ kubeconfig: kubeconfig({ server: expired.url }) })).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("expired"),
    });
    await using denied = await httpFake(() => ({ status: 201, body: { status: { allowed: false } } }));
    expect(await run({ kubeconfig: kubeconfig({ server: denied.url }) })).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("to get namespaces"),
      remedy: expect.stringContaining("rbac-chaos.yaml"),
    });
  });

  test("without one nothing is asked", async () => {
    expect(await run({})).toMatchObject({ state: "off" });
    expect(await run({ people: ["slack:U1"] })).toMatchObject({ state: "off" });
  });
});
