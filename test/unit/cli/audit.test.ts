import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { knownOf, sinceOf } from "../../../src/cli/audit.ts";
import { canonicalJson } from "../../../src/lib/stable-hash.ts";
import { inAuditedTransaction } from "../../../src/store/audit.ts";
import { type TestDatabase, withDatabase } from "../../support/postgres.ts";

const run = promisify(execFile);
const bin = resolve(import.meta.dirname, "../../../bin/kubemend");
let database: TestDatabase;

const kubemend = (...args: string[]) =>
  run(process.execPath, [bin, "audit", ...args], { env: { ...process.env, DATABASE_URL: database.url } });

describe("kubemend audit", () => {
  beforeEach(async () => {
    database = await withDatabase();
    await inAuditedTransaction(database, async (_tx, record) => {
      for (let i = 1; i <= 1_203; i++)
        record({ event: "plan.voted", actor: "slack:U1", subject: `plan-${i}`, body: { i } });
    });
  });
  afterEach(() => database.close());

  test("verify says that a whole chain is intact", async () => {
    expect((await kubemend("verify")).stdout).toBe("The audit chain is intact: 1203 entries.\n");
  });

  test("verify says which database it has asked when it finds nothing", async () => {
    await database.pool.query("delete from audit; update audit_head set seq = 0, hash = repeat('0', 64)");
    expect((await kubemend("verify")).stdout).toBe(
      "The audit chain is intact: 0 entries. Nothing has been decided in PostgreSQL at DATABASE_URL; --config and DATABASE_URL say which database is asked.\n",
    );
  });

  test.each([
    ["update audit set actor = 'slack:U2' where seq = 1100", "entry 1100: the entry there is not what was written"],
    ["delete from audit where seq = 7", "entry 7: an entry is missing there"],
    ["delete from audit where seq > 1200", "entry 1201: the newest entries are gone from there on"],
  ])("%s: verify names the place and exits with 1", async (sql, says) => {
    await database.pool.query(sql);
    await expect(kubemend("verify")).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining(says) });
  });

  test("export prints every entry, in order, in a form that others can check", async () => {
    const { stdout } = await kubemend("export");
    const entries = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number; prevHash: string; hash: string; time: string });
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_203 }, (_, i) => i + 1));
    for (const [i, { time: _time, hash, ...rest }] of entries.entries()) {
      expect(createHash("sha256").update(canonicalJson(rest)).digest("hex")).toBe(hash);
      if (i > 0) expect(rest.prevHash).toBe(entries[i - 1]?.hash);
    }
  });

  test("verify --against finds a chain that holds and is another one", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kubemend-audit-"));
    const kept = join(folder.path, "audit.jsonl");
    await writeFile(kept, (await kubemend("export")).stdout);
    expect((await kubemend("verify", "--against", kept)).stdout).toContain(
      "1203 entries, 1203 of them as told elsewhere",
    );
    const first = await readFile(kept, "utf8");
    await writeFile(kept, first.replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${"0".repeat(64)}"`));
    await expect(kubemend("verify", "--against", kept)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        "entry 1: the chain holds, but the entry there is not the one that was told elsewhere",
      ),
    });
    await writeFile(kept, "{}\n");
    await expect(kubemend("verify", "--against", kept)).rejects.toMatchObject({ code: 2 });
    await expect(kubemend("verify", "--against", join(folder.path, "none"))).rejects.toMatchObject({ code: 2 });
  });

  test("export --since leaves out what is older, and refuses what is no time", async () => {
    await database.pool.query("update audit set at_ms = at_ms - 7200000 where seq <= 1000");
    const { stdout } = await kubemend("export", "--since", "1h");
    expect(stdout.trimEnd().split("\n")).toHaveLength(203);
    await expect(kubemend("export", "--since", "yesterday")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--since "yesterday" is no time.'),
    });
  });
});

test.each([
  { name: "an empty file", text: "", code: "export-empty", says: /holds no entry/ },
  { name: "another file", text: "hello\n", code: "export-unreadable", says: /audit export has printed \(line 1\)/ },
  { name: "no file", text: undefined, code: "export-unreadable", says: /cannot be read: no such file or folder/ },
])("verify --against $name is no word that the chain is intact", async ({ text, code, says }) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kubemend-audit-"));
  const against = join(folder.path, "audit.jsonl");
  if (text !== undefined) await writeFile(against, text);
  await expect(knownOf(against, undefined)).rejects.toMatchObject({
    code,
    exitCode: 2,
    message: expect.stringMatching(says),
  });
});

test.each([
  ["2026-11-20", Date.UTC(2026, 10, 20)],
  ["2026-11-20T12:00:00Z", Date.UTC(2026, 10, 20, 12)],
  ["30m", 10_000_000_000 - 1_800_000],
  ["7d", 10_000_000_000 - 604_800_000],
])("--since %s", (text, at) => expect(sinceOf(text, 10_000_000_000)).toBe(at));
