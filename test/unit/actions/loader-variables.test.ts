import { describe, expect, test } from "vitest";
import { ruleVariables, shapeRules } from "../../../k8s/admission-rules.ts";
import { withContainer } from "../../../src/actions/change/workload.ts";
import { isLoaderVariable, loadsTheSame } from "../../../src/actions/loader-variables.ts";
import type { EnvVar } from "../../../src/cluster/kubernetes-types.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { createCel } from "../../support/cel.ts";
import { planFor, recommend } from "../../support/plan-fixture.ts";

describe("variables that make a program load, start or trust something", () => {
  test.each([
    ..."LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT NODE_OPTIONS NODE_PATH PYTHONSTARTUP PYTHONPATH JAVA_TOOL_OPTIONS".split(
      " ",
    ),
    ..."JDK_JAVA_OPTIONS _JAVA_OPTIONS JAVA_OPTS KAFKA_OPTS BASH_ENV ENV PERL5OPT PERL5LIB RUBYOPT PATH".split(" "),
    ..."DOTNET_STARTUP_HOOKS CORECLR_PROFILER_PATH GIT_SSH_COMMAND GIT_CONFIG_KEY_0 HTTP_PROXY https_proxy".split(" "),
    ..."NODE_EXTRA_CA_CERTS SSL_CERT_FILE npm_config_script_shell CLASSPATH KUBECONFIG".split(" "),
  ])("%s is one", (name) => {
    expect(isLoaderVariable(name)).toBe(true);
  });

  test.each(
    "DB_URL POOL_SIZE LOG_LEVEL PYTHONUNBUFFERED NODE_ENV CORS_ORIGIN NO_PROXY PATH_PREFIX GIT_SHA OLD_MODE JAVA_VERSION".split(
      " ",
    ),
  )("%s is none", (name) => {
    expect(isLoaderVariable(name)).toBe(false);
  });
});

const cel = createCel();
const policy = cel.compile(shapeRules.env.holds("next", "old"));
const looked = Object.fromEntries(ruleVariables().map(({ name, expression }) => [name, cel.compile(expression)({})]));
const variables = (...listed: string[]) => ({ ...looked, listed: ["", ...listed] });
const value = (name: string, text: string): EnvVar => ({ name, value: text });

describe("what may become of their values: the catalogue and the policy say the same", () => {
  const agent = "-javaagent:/a.jar";
  test.each<{ name: string; from: string | null; to: string | null; may: boolean }>([
    { name: "JAVA_TOOL_OPTIONS", from: "-Xmx64m", to: "-Xmx1g -XX:+UseZGC -XX:MaxRAMPercentage=75.5", may: true },
    { name: "JAVA_TOOL_OPTIONS", from: null, to: "-Xss1m", may: true },
    { name: "JAVA_TOOL_OPTIONS", from: "-Xss1m", to: null, may: true },
    { name: "JAVA_TOOL_OPTIONS", from: `${agent} -Xmx64m`, to: `-Xmx1g ${agent}`, may: true },
    { name: "JAVA_TOOL_OPTIONS", from: "-Xmx64m", to: `-Xmx64m ${agent}`, may: false },
    { name: "JAVA_TOOL_OPTIONS", from: `-Xmx64m ${agent}`, to: "-Xmx64m", may: false },
    { name: "JAVA_TOOL_OPTIONS", from: `${agent} -Da=b`, to: `-Da=b ${agent}`, may: false },
    { name: "JAVA_TOOL_OPTIONS", from: null, to: "-XX:OnOutOfMemoryError=1", may: false },
    { name: "JAVA_TOOL_OPTIONS", from: null, to: "-XX:+UseG1GC\t-javaagent:/a.jar", may: false },
    { name: "JAVA_TOOL_OPTIONS", from: null, to: "-Xmx1g\n-javaagent:/a.jar", may: false },
    { name: "NODE_OPTIONS", from: null, to: "--max-old-space-size=512", may: true },
    { name: "NODE_OPTIONS", from: null, to: "--max-old-space-size=512 --require=/a.js", may: false },
    { name: "NODE_OPTIONS", from: null, to: "$(OTHER)", may: false },
    { name: "LD_PRELOAD", from: null, to: "", may: true },
    { name: "LD_PRELOAD", from: null, to: "x.so", may: false },
    { name: "LD_PRELOAD", from: "x.so", to: null, may: false },
    { name: "ENV", from: "staging", to: "production", may: true },
    { name: "ENV", from: "staging", to: "/tmp/rc", may: false },
    { name: "PATH", from: "/usr/bin", to: "/usr/bin:/tmp", may: false },
    { name: "HTTPS_PROXY", from: "http://proxy:3128", to: "http://evil.example:1", may: false },
  ])("$name from $from to $to: $may", ({ name, from, to, may }) => {
    const before = from === null ? undefined : value(name, from);
    const list = (one: EnvVar | undefined) => [value("A", "1"), ...(one ? [one] : [])];
    const [next, old] = [list(to === null ? undefined : value(name, to)), list(before)];
    expect(loadsTheSame(name, before, to)).toBe(may);
    expect(policy({ next, old, variables: variables() })).toBe(may);
    expect(policy({ next, old, variables: variables("loaders") })).toBe(true);
  });

  test("a variable that stands in one of them is held to the same", () => {
    const list = (more: string) => [value("NODE_OPTIONS", "$(MORE)"), value("MORE", more)];
    expect(policy({ next: list("--require=/a.js"), old: list(""), variables: variables() })).toBe(false);
  });

  test("a variable that stands in one which stands in one of them is held to the same", () => {
    const list = (more: string, in2 = "NODE_OPTIONS") => [
      value("MORE", more),
      value("EXTRA", "$(MORE)"),
      value(in2, "--trace-warnings $(EXTRA)"),
    ];
    const told = (next: readonly EnvVar[], old: readonly EnvVar[]) => policy({ next, old, variables: variables() });
    expect(told(list("--require=/a.js"), list(""))).toBe(false);
    expect(told(list("--max-old-space-size=512"), list(""))).toBe(true);
    expect(told(list("carts-db", "DB_URL"), list("cartz-db", "DB_URL"))).toBe(true);
  });
});

/** The carts' container with these variables. */
function withVariables(cluster: ActorCluster, env: readonly EnvVar[]): void {
  cluster.edit("Deployment", "carts", (object) => withContainer(object, "carts", (old) => ({ ...old, env })));
}

test.each([
  { name: "a loader names it", env: [value("NODE_OPTIONS", "$(MORE)")], refused: true },
  {
    name: "a loader names what names it, wherever they stand",
    env: [value("NODE_OPTIONS", "$(B)"), value("A", "$(MORE)"), value("B", "-- $(A)")],
    refused: true,
  },
  {
    name: "none but others name it",
    env: [value("NODE_OPTIONS", ""), value("DB_URL", "tcp://$(MORE):5432")],
    refused: false,
  },
  {
    name: "two that name each other are no loaders",
    env: [value("A", "$(MORE) $(B)"), value("B", "$(A)")],
    refused: false,
  },
])("a variable may be set unless it comes to a loader: $name", async ({ env, refused }) => {
  await using cluster = await startActorCluster();
  withVariables(cluster, [...env, value("MORE", "old")]);
  const wanted = recommend("set-env", ["Deployment", "carts"], {
    container: "carts",
    name: "MORE",
    value: "--require=/a.js",
  });
  const planned = planFor(wanted, cluster.actor);
  if (refused) await expect(planned).rejects.toThrow("MORE decides what a program loads");
  else expect((await planned).diff).toContain("--require=/a.js");
});

test("one of them goes back to what a kept revision of the workload had, and to nothing else", async () => {
  await using cluster = await startActorCluster();
  const agent = value("JAVA_TOOL_OPTIONS", "-javaagent:/opt/apm.jar");
  cluster.edit("ReplicaSet", "carts-1", (object) => {
    const draft = structuredClone(object) as {
      spec: { template: { spec: { containers: { name: string; env?: EnvVar[] }[] } } };
    };
    for (const one of draft.spec.template.spec.containers) if (one.name === "carts") one.env = [agent];
    return draft;
  });
  const plan = (text: string) =>
    planFor(
      recommend("set-env", ["Deployment", "carts"], { container: "carts", name: agent.name, value: text }),
      cluster.actor,
    );
  expect((await plan(agent.value ?? "")).diff).toContain("-javaagent:/opt/apm.jar");
  await expect(plan("-javaagent:/opt/other.jar")).rejects.toThrow(/earlier revision/);
});
