import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const sample = join(root, "test/recordings/sock-shop-06");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kubemend(args: readonly string[], env: Record<string, string> = {}, stdin: number | "pipe" = "pipe") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/kubemend"), ...args], {
    encoding: "utf8",
    stdio: [stdin, "pipe", "pipe"],
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
      ...env,
    },
  });
  return { status, stdout, stderr };
}

/** A copy of a recording with something done to it. */
function damaged(name: string, harm: (copy: string) => void): string {
  const copy = join(folder, name);
  cpSync(sample, copy, { recursive: true });
  harm(copy);
  return copy;
}

function config(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** One clear sentence, a remedy, exit code 2, and no stack. */
function expectRefusal(run: ReturnType<typeof kubemend>, ...parts: string[]) {
  expect(run.status, run.stderr).toBe(2);
  expect(run.stdout).toBe("");
  for (const part of parts) expect(run.stderr).toContain(part);
  expect(run.stderr.trim().split("\n").length).toBeGreaterThanOrEqual(2);
  expect(run.stderr).not.toMatch(/\n {4}at /);
}

describe("bad input is one clear sentence with the remedy, and exit code 2", () => {
  test("a recording that is not there", () => {
    expectRefusal(kubemend(["analyze", join(folder, "nowhere")]), "There is no recording at", "recording.json");
  });

  test("a folder that is no recording", () => {
    expectRefusal(kubemend(["analyze", folder]), "is no recording: it has no recording.json", "Give the path of one");
  });

  test("a recording without its metrics", () => {
    const copy = damaged("no-metrics", (path) => rmSync(join(path, "metrics.ndjson.gz")));
    expectRefusal(kubemend(["analyze", copy]), "has no readable metrics.ndjson.gz", "Copy the folder again");
  });

  test("a recording that was cut off while it was copied", () => {
    const copy = damaged("cut-off", (path) => truncateSync(join(path, "logs.ndjson.gz"), 5_000));
    expectRefusal(kubemend(["analyze", copy]), "logs.ndjson.gz", "does not unpack");
  });

  test("a header that is no JSON, and one of another version", () => {
    expectRefusal(
      kubemend(["analyze", damaged("no-json", (path) => writeFileSync(join(path, "recording.json"), "{"))]),
      "recording.json",
    );
    const header = JSON.parse(readFileSync(join(sample, "recording.json"), "utf8"));
    const other = damaged("version", (path) =>
      writeFileSync(join(path, "recording.json"), JSON.stringify({ ...header, version: 2 })),
    );
    expectRefusal(kubemend(["analyze", other]), "recording.json", "version");
  });

  test("a configuration with several mistakes names all of them at once, and no value", () => {
    const path = config("bad.yaml", "slak: {}\nweb:\n  port: 99999\nmodel:\n  deadlineSeconds: s3cret-value\n");
    const run = kubemend(["migrate", "--config", path]);
    expectRefusal(run, "3 problems", "slak: there is no such setting", "model.deadlineSeconds");
    expect(run.stderr).toContain("web.port: must be at most 65535 (line 3)");
    expect(run.stderr).not.toContain("s3cret-value");
  });

  test.each([
    { name: "a configuration that is no YAML", text: "a: [1\n", part: "line" },
    { name: "a configuration that is a list", text: "- a\n", part: "must be a map" },
  ])("$name", ({ text, part }) => expectRefusal(kubemend(["start", "--config", config("odd.yaml", text)]), part));

  test("a configuration that is not there", () => {
    expectRefusal(
      kubemend(["start", "--config", join(folder, "none.yaml")]),
      "none.yaml cannot be read: no such file or folder.",
      "Give the right path with --config",
    );
    expectRefusal(kubemend(["start", "--config", folder]), "cannot be read: it is a folder.");
  });

  test("a database that does not answer, without its password", () => {
    const run = kubemend(["migrate"], { DATABASE_URL: "postgres://kubemend:s3cret-word@127.0.0.1:1/kubemend" });
    expectRefusal(run, "PostgreSQL at 127.0.0.1:1/kubemend does not answer", "Check DATABASE_URL");
    expect(run.stderr).not.toContain("s3cret-word");
  });

  test("what can be judged without the database is told while it is away, all at once", () => {
    const env = { DATABASE_URL: "postgres://kubemend@127.0.0.1:1/kubemend" };
    const experiment = config("experiment.yaml", "name: x\n");
    const settings = config("chaos.yaml", "policy: none.yaml\nweb: { port: many }\n");
    const place = ["--config", settings, "--kubeconfig", join(folder, "none")];
    const run = kubemend(["chaos", "run", experiment, "--approve-as", "mail:ann@example.com", ...place], env);
    expectRefusal(
      run,
      "experiment.yaml: hypothesis: is missing",
      "web.port: must be a number, without quotes and without a unit (line 2)",
      "The policy none.yaml cannot be read: no such file or folder.",
      "none cannot be read: no such file.",
    );
    expect(run.stderr).not.toContain("PostgreSQL");
    expectRefusal(
      kubemend(["migrate", "--watcher-user", "a", "--actor-user", "b"], { ...env, WATCHER_DATABASE_PASSWORD: "x" }),
      "WATCHER_DATABASE_PASSWORD and ACTOR_DATABASE_PASSWORD belong together",
    );
    expectRefusal(kubemend(["audit", "verify", "--mark", "x"], env), 'mark "x" is no entry of an audit');
    expectRefusal(
      kubemend(["start", "--config", config("start.yaml", "policy: none.yaml\n"), "--kubeconfig", "none"], env),
      "The policy none.yaml cannot be read",
      "The kubeconfig none cannot be read",
    );
  });

  test("post-mortems that have no place are told before the work, and history where there is none to use", () => {
    const file = config("a-file", "x");
    expectRefusal(kubemend(["analyze", sample, "--postmortem", file]), "cannot be written to", "--postmortem");
    expectRefusal(kubemend(["analyze", sample, "--history", folder]), "--history is for neutral cases", "Leave it out");
  });

  test("a folder on stdin is not an empty log", () => {
    const open = openSync(folder, "r");
    expectRefusal(kubemend(["templates"], {}, open), "stdin is a folder.", "Give the path of a log file");
    closeSync(open);
  });

  test("a file that is not ours to read", () => {
    const path = config("private.csv", "timestamp,value\n");
    chmodSync(path, 0o000);
    // Root reads everything.
    if (process.getuid?.() === 0) return;
    expectRefusal(kubemend(["detect", path]), `Cannot open ${path}: permission denied.`, "Run as a user who may");
  });

  test("no cluster to watch", () => {
    expectRefusal(
      kubemend(["start"], { DATABASE_URL: "postgres://127.0.0.1:1/none" }),
      "There is no cluster to watch",
      "--kubeconfig",
    );
  });

  test("a role, an option and a command that do not exist", () => {
    expectRefusal(kubemend(["start", "--role", "boss"]), 'no role "boss"', "watcher, actor, all");
    expectRefusal(kubemend(["demo", "--lead-in", "fast"]), "--lead-in must be a number", "demo --help");
    const unknown = kubemend(["nonsense"]);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain("unknown command");
    const option = kubemend(["audit", "export", "--sinze", "7d"]);
    expect(option.status).toBe(2);
    expect(option.stderr).toMatch(/unknown option '--sinze'\n.*--since.*\n\(kubemend audit export --help/);
  });
});

test("analyze prints what it found as JSON, and never needs the truth; a page that can never fit is told beside it", () => {
  const copy = damaged("without-truth", (path) => rmSync(join(path, "truth.json")));
  mkdirSync(join(folder, "pages"));
  writeFileSync(join(folder, "pages", "p.md"), "---\ncauses: missing-envs\n---\n# P\ntext");
  const run = kubemend(["analyze", copy, "--json", "--runbooks", "pages"]);
  expect(run.stderr).toBe("p.md: front matter: causes: missing-envs is none; did you mean missing-env?\n");
  expect(run.status).toBe(0);
  const { incidents, stats } = JSON.parse(run.stdout);
  expect(incidents).toHaveLength(1);
  const [incident] = incidents;
  expect(incident.diagnosis.hypotheses[0]).toMatchObject({
    cause: "selector-mismatch",
    culprit: { kind: "Service", namespace: "sock-shop", name: "carts" },
  });
  const ids = new Set(incident.evidence.map((item: { id: string }) => item.id));
  for (const id of incident.diagnosis.hypotheses[0].evidence) expect(ids).toContain(id);
  expect(incident.recommendations[0]).toMatchObject({ action: "patch-selector", target: { name: "carts" } });
  expect(Object.keys(stats).sort()).toEqual(["logLines", "series", "ticks", "wallMs"]);
});

test("the help names every command", () => {
  const { status, stdout } = kubemend(["--help"]);
  expect(status).toBe(0);
  for (const command of ["demo", "start", "analyze", "detect", "templates", "migrate", "doctor"])
    expect(stdout).toContain(`  ${command} `);
});

test("doctor says what is off, what fails and what to do", () => {
  const run = kubemend(["doctor"], {
    DATABASE_URL: "postgres://127.0.0.1:1/none",
    PROMETHEUS_URL: "http://127.0.0.1:1",
    SLACK_BOT_TOKEN: "xoxb-1",
  });
  expect(run.status, run.stderr).toBe(2);
  for (const part of [
    "FAILED PostgreSQL",
    "FAILED Kubernetes",
    "FAILED Prometheus",
    "FAILED Slack",
    "SLACK_SIGNING_SECRET",
    "off    Model",
    "off    E-mail",
  ])
    expect(run.stdout).toContain(part);
});
