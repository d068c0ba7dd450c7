import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { withDatabase } from "../../support/postgres.ts";

const run = promisify(execFile);
const key = randomBytes(32).toString("base64");

async function kubemend(databaseUrl: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { env: { ...process.env, DATABASE_URL: databaseUrl, KUBEMEND_SECOND_FACTOR_KEY: key, ...env } };
  return await run(process.execPath, ["src/cli/kubemend.ts", "totp", ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test("an operator gives, replaces and takes away authenticators; the link is printed once", async () => {
  await using database = await withDatabase();
  const { url } = database;
  const enrolled = await kubemend(url, ["enrol", "Ann@Example.com"]);
  expect(enrolled).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^otpauth:\/\/totp\/\S+secret=[A-Z2-7]{32}\S*\n$/),
  });
  expect(await kubemend(url, ["enrol", "ann@example.com"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--replace"),
  });
  expect((await kubemend(url, ["enrol", "ann@example.com", "--replace"])).stdout).not.toBe(enrolled.stdout);
  expect((await kubemend(url, ["list"])).stdout).toMatch(/^mail:ann@example\.com {2}since /);
  expect(await kubemend(url, ["remove", "ann@example.com"])).toMatchObject({ code: 0 });
  expect(await kubemend(url, ["remove", "ann@example.com"])).toMatchObject({ code: 2 });
});

test.each([
  { name: "no address", args: ["enrol", "ann"], env: {}, says: "no e-mail address" },
  {
    name: "no key",
    args: ["enrol", "ann@example.com"],
    env: { KUBEMEND_SECOND_FACTOR_KEY: "" },
    says: "openssl rand -base64 32",
  },
  { name: "a key that is none", args: ["list"], env: { KUBEMEND_SECOND_FACTOR_KEY: "short" }, says: "32 random bytes" },
])("$name: one sentence with the remedy, exit code 2", async ({ args, env, says }) => {
  const answer = await kubemend("postgresql://127.0.0.1:1/none", args, env);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain(says);
});
