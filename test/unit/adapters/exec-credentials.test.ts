import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpMethod, KubeConfig, RequestContext } from "@kubernetes/client-node";
import { afterAll, expect, test, vi } from "vitest";
import { boundExecPlugins, forgetCredentials } from "../../../src/adapters/exec-credentials.ts";

const folder = mkdtempSync(join(tmpdir(), "kubemend-exec-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A kubeconfig whose user gets credentials from a program that we write; `deadlineMs` is what it has. */
function withPlugin(program: string, deadlineMs = 30_000) {
  const config = new KubeConfig();
  const exec = { command: process.execPath, args: ["-e", program], env: [{ name: "WHO", value: "ann" }] };
  config.loadFromClusterAndUser({ name: "c", server: "https://c.example", skipTLSVerify: false }, { name: "u", exec });
  boundExecPlugins(config, deadlineMs);
  const authorization = async () => {
    const context = new RequestContext("https://c.example/api", HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    return context.getHeaders()["Authorization"];
  };
  return Object.assign(authorization, { isRefused: () => forgetCredentials(config) });
}

const printing = (status: string) => `console.log(JSON.stringify({ status: ${status} }))`;

test("a plugin that does not answer is ended at its deadline, also while what it has started holds its output open", async () => {
  const pidFile = join(folder, "pid");
  // It starts another one, as shell scripts do, which holds its output open.
  const program = `require("node:child_process").spawn("sleep", ["20"], { stdio: "inherit" });
    require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
  await expect(withPlugin(program, 2_000)()).rejects.toThrow(/gave none: it did not answer within 2 s/);
  const pid = Number(readFileSync(pidFile, "utf8"));
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), { timeout: 10_000 });
});

test("requests at one time ask it once, and again when its answer has expired", async () => {
  const asked = join(folder, "asked");
  writeFileSync(asked, "");
  const count = `require("node:fs").appendFileSync(${JSON.stringify(asked)}, "x");`;
  const times = () => readFileSync(asked, "utf8").length;
  const lasting = withPlugin(count + printing("{ token: process.env.WHO + typeof process.env.KUBERNETES_EXEC_INFO }"));
  expect(await Promise.all([lasting(), lasting(), lasting()])).toEqual(Array(3).fill("Bearer annstring"));
  expect(await lasting()).toBe("Bearer annstring");
  expect(times()).toBe(1);
  const expired = withPlugin(count + printing('{ token: "t", expirationTimestamp: "2020-01-01T00:00:00Z" }'));
  await expired();
  await expired();
  expect(times()).toBe(3);
  // The API server does not accept it any more: what has no time of expiry is not good for ever.
  lasting.isRefused();
  expect(await lasting()).toBe("Bearer annstring");
  expect(times()).toBe(4);
});

test.each([
  ["says why it cannot", 'console.error("please log in\\nand more"); process.exit(1)', /gave none: please log in$/],
  ["fails without a word", "process.exit(3)", /gave none: it failed without a word$/],
  [
    "prints a secret that is no answer",
    'console.log("s3cret-token")',
    /gave none: what it printed is no ExecCredential$/,
  ],
])("a plugin that %s", async (_name, program, want) => {
  await expect(withPlugin(program)()).rejects.toThrow(want);
});
