import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";
import { strayVariables } from "../../../src/config/stray-variables.ts";
import { AppError } from "../../../src/lib/app-error.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function problemOf(text: string | undefined, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const path = text === undefined ? undefined : file("kubemend.yaml", text);
  const error = await loadConfig(path, env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`not refused: ${text ?? JSON.stringify(env)}`);
  return error.message;
}

describe("addresses and times that cannot work are refused at start, without their secrets", () => {
  test.each([
    {
      text: "prometheus: { url: 'prometheus:9090' }",
      says: "prometheus.url (or PROMETHEUS_URL): must be an address such as https://",
    },
    { text: "prometheus: { url: 'ftp://x' }", says: "prometheus.url" },
    {
      text: "database: { url: 'sesame' }",
      says: "database.url (or DATABASE_URL): must be an address such as postgres://",
    },
    { text: "database: { url: 'mysql://a:sesame@db/x' }", says: "postgres://user:password@host" },
    { text: "database: { url: 'postgres://a:ses#ame@db/x' }", says: "# is written %23" },
    { text: "database: { url: 'postgres://a:ses%ame@db/x' }", says: "% %25" },
    { text: "email: { smtpUrl: 'smtp://a:ses%ame@mail:587' }", says: "% %25" },
    { text: "prometheus: { url: 'https://a:ses%ame@prometheus' }", says: "% %25" },
    { text: "nats: { url: 'http://nats:4222' }", says: "nats://nats:4222" },
    { text: "email: { smtpUrl: 'mail.example.com' }", says: "smtp://user:password@host:587" },
    { text: "email: { digest: { daily: '99 8 * * *' } }", says: "five fields of cron" },
    { text: "email: { digest: { daily: '0 24 * * *' } }", says: "five fields of cron" },
    { text: "email: { digest: { weekly: '0 8 * * 1/0' } }", says: "five fields of cron" },
    { text: "email: { digest: { weekly: '0 8 * jan' } }", says: "five fields of cron" },
  ])("$text", async ({ text, says }) => {
    const problem = await problemOf(text);
    expect(problem).toContain(says);
    expect(problem).not.toContain("sesame");
  });

  test.each([
    "database: { url: 'postgresql://a:p%23w@db.example.com:5432/x?sslmode=verify-full' }",
    "database: { url: 'postgres:///kubemend?host=/var/run/postgresql' }",
    "nats: { url: 'nats.nats.svc:4222' }",
    "nats: { url: 'tls://nats:4222' }",
    "email: { smtpUrl: 'smtps://a:b@mail:465' }",
    "email: { digest: { daily: '*/15 8-18 1,15 jan-mar MON-FRI' } }",
    "email: { digest: { daily: 'off' } }",
    "model: { baseUrl: 'http://localhost:11434/v1' }",
  ])("taken: %s", async (text) => {
    await loadConfig(file("good.yaml", text), {});
  });
});

test("TLS of a database means a certificate that is checked, without the driver's warning", async () => {
  for (const mode of ["require", "prefer", "verify-ca"]) {
    const { database } = await loadConfig(undefined, { DATABASE_URL: `postgres://a:b@db/x?sslmode=${mode}&x=1` });
    expect(database.url).toBe("postgres://a:b@db/x?sslmode=verify-full&x=1");
  }
  const { database } = await loadConfig(undefined, { DATABASE_URL: "postgres://a:b@db/x?sslmode=no-verify" });
  expect(database.url).toContain("sslmode=no-verify");
});

test("a heading whose settings are commented out, and a setting without a value, count as not set", async () => {
  const config = await loadConfig(file("empty.yaml", "slack:\n#  channel: x\nprometheus:\n  url:\ncluster:\n"), {});
  expect(config.slack.channel).toBe("#incidents");
  expect(config.prometheus.url).toBeUndefined();
  expect(config.cluster).toBe("kubernetes");
});

test("each problem says its line", async () => {
  const problem = await problemOf("cluster: berlin\nweb:\n  port: many\nslack:\n  chanel: x\n");
  expect(problem).toContain("web.port: must be a number, without quotes and without a unit (line 3)");
  expect(problem).toContain("slack.chanel: there is no such setting; did you mean channel? (line 5)");
});

test("what does not fit together is told beside what is wrong for itself", async () => {
  const problem = await problemOf("web:\n  port: 99999\n  approvals: true\nlogs:\n  source: loki\nloki:\n  token: x\n");
  expect(problem).toContain("has 3 problems");
  expect(problem).toContain("web.port: must be at most 65535 (line 2)");
  expect(problem).toContain("web.approvals: needs web.signIn: nobody is known (line 3)");
  expect(problem).toContain("loki.url (or LOKI_URL): must be set when logs.source is loki (line 7)");
});

test("what is wrong with a value is said as it looks in YAML", async () => {
  expect(await problemOf("email: { to: [ann, ben@example.com] }")).toContain(
    "email.to.0: must be an address such as ann@example.com (line 1)",
  );
  const problem = await problemOf(
    'cluster: 42\nlog: { level: verbose }\nemail:\n  to: ann@example.com\ningest: { open: "yes" }\nslack: 7\n' +
      "detection: { shards: 1.5 }\nchaos: { people: [ann@example.com] }\nredaction: { revealTo: [U123] }\n",
  );
  for (const line of [
    "cluster (or KUBEMEND_CLUSTER): must be text, in quotes where it looks like a number, a date or true (line 1)",
    "log.level (or KUBEMEND_LOG_LEVEL): must be one of debug, info, warn, error, silent (line 2)",
    "email.to: must be a list, as in [a, b] (line 4)",
    "ingest.open: must be true or false, without quotes (line 5)",
    "slack: must be a group of settings (line 6)",
    "detection.shards: must be a whole number, without quotes and without a unit (line 7)",
    'chaos.people.0: must be "slack:U012AB3CD" or "mail:ann@example.com" (line 8)',
    'redaction.revealTo.0: must be "slack:U012AB3CD"',
  ])
    expect(problem).toContain(line);
});

test("a channel whose # begins a comment is refused: its incidents would go elsewhere without a word", async () => {
  const problem = await problemOf(
    "slack:\n  channel: #ops\n  routes:\n    - channel: #prod\n      severities: [low]\n",
  );
  expect(problem).toContain("line 2: # begins a comment, so channel is empty; put the name in quotes");
  expect(problem).toContain("line 4: # begins a comment");
  // Within braces it swallows the brace as well.
  expect(await problemOf('# { channel: #a }\nslack: { fallbackChannel: "#b", channel: #ops }\nlog: {}\n')).toContain(
    "has 1 problem:\n  - line 2: # begins a comment, so channel is empty; put the name in quotes",
  );
  const config = await loadConfig(
    file("quoted.yaml", 'slack:\n  channel: "#ops" # ours\n  fallbackChannel: # none\n'),
    {},
  );
  expect(config.slack.channel).toBe("#ops");
});

test("a file that cannot be read says why", async () => {
  await expect(loadConfig(folder, {})).rejects.toThrow(/cannot be read: it is a folder\./);
  await expect(loadConfig(join(folder, "none"), {})).rejects.toThrow(/cannot be read: no such file or folder\./);
});

describe("a secret may stand in a file that the environment names", () => {
  test("its last line feed is not part of it, and it wins over the configuration", async () => {
    const path = file("token", "xoxb-1\n");
    const config = await loadConfig(file("with.yaml", "slack: { botToken: old }"), { SLACK_BOT_TOKEN_FILE: path });
    expect(config.slack.botToken).toBe("xoxb-1");
  });

  test("every environment variable has one", async () => {
    const config = await loadConfig(undefined, { DATABASE_URL_FILE: file("url", "postgres://a:b@db/x") });
    expect(config.database.url).toBe("postgres://a:b@db/x");
  });

  test.each([
    {
      name: "none there",
      env: () => ({ LOKI_TOKEN_FILE: join(folder, "nowhere") }),
      says: /LOKI_TOKEN_FILE: .*no such file/,
    },
    {
      name: "an empty one",
      env: () => ({ LOKI_TOKEN_FILE: file("void", "\n") }),
      says: /LOKI_TOKEN_FILE: .* is empty/,
    },
    {
      name: "both ways at once",
      env: () => ({ LOKI_TOKEN: "sesame", LOKI_TOKEN_FILE: file("both", "sesame") }),
      says: /LOKI_TOKEN is set too; keep one of both/,
    },
  ])("refused: $name", async ({ env, says }) => {
    const problem = await problemOf(undefined, env());
    expect(problem).toMatch(says);
    expect(problem).not.toContain("sesame");
  });
});

test("a variable that was probably meant for kubemend is told, others are left alone", () => {
  const env = { KUBEMEND_LOGLEVEL: "x", KUBEMEND_WEBURL: "x", KUBEMEND_DATA: "x", KUBEMEND_PROMISES: "full", PATH: "" };
  expect(strayVariables(env)).toEqual([
    { name: "KUBEMEND_LOGLEVEL", meant: "KUBEMEND_LOG_LEVEL" },
    { name: "KUBEMEND_WEBURL", meant: "KUBEMEND_WEB_URL" },
  ]);
});
