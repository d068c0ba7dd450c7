import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { checkDatabase, openDatabase } from "../../../src/store/database.ts";
import { exclusively } from "../../../src/store/embedded-postgres/exclusively.ts";
import { startEmbeddedPostgres } from "../../../src/store/embedded-postgres/start.ts";

const folder = join(tmpdir(), `kubemend-embedded-${process.pid}`);
const startModule = new URL("../../../src/store/embedded-postgres/start.ts", import.meta.url).href;

/** A process that starts the server, and says so. */
const starting = (wanted: string) =>
  spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { startEmbeddedPostgres } = await import(${JSON.stringify(startModule)}); const server = await startEmbeddedPostgres(${JSON.stringify(wanted)}); console.log(server.url); setInterval(() => {}, 1000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );

/** One that is killed then without a chance to stop the server. */
async function startAndDie(): Promise<void> {
  const child = starting(folder);
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
}

test("a server left behind by a killed process is taken over, keeps its data, and stops with its new owner", async () => {
  try {
    await startAndDie();
    const server = await startEmbeddedPostgres(folder);
    expect(server.origin).toBe("taken-over");
    const database = openDatabase(server.url);
    await database.pool.query("create table kept as select 42 as answer");
    expect((await checkDatabase(database, server.url)).readOnly).toBe(false);
    await database.close();
    await server.stop();

    const again = await startEmbeddedPostgres(folder);
    expect(again.origin).toBe("started");
    const reopened = openDatabase(again.url);
    expect((await reopened.pool.query("select answer from kept")).rows).toEqual([{ answer: 42 }]);
    await reopened.close();
    await again.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a process that is killed while it sets a server up leaves nothing that passes for one", async () => {
  const wanted = await mkdtemp(join(tmpdir(), "kubemend-half-"));
  // For the server's own user, where we are root.
  await chmod(wanted, 0o755);
  const left = async () => (await readdir(wanted)).filter((name) => name.startsWith("data"));
  const child = starting(wanted);
  try {
    await vi.waitFor(async () => expect(await left()).toHaveLength(1), { timeout: 30_000, interval: 5 });
    child.kill("SIGKILL");
    await once(child, "exit");
    // Of one that was killed long ago.
    await mkdir(join(wanted, "data.2147483646"));
    const server = await startEmbeddedPostgres(wanted);
    const database = openDatabase(server.url);
    expect((await database.pool.query("select 42 as answer")).rows).toEqual([{ answer: 42 }]);
    await database.close();
    await server.stop();
    expect(await left()).not.toContain("data.2147483646");
  } finally {
    child.kill("SIGKILL");
    await rm(wanted, { recursive: true, force: true, maxRetries: 20 });
  }
});

describe("a lock whose holder is gone does not keep a server from starting", () => {
  test.each([
    { name: "left empty by a disk that was full", text: "", ageMs: 60_000 },
    { name: "of a process that has ended", text: "2147483646", ageMs: 0 },
    { name: "of a predecessor with our number, as in a container", text: String(process.pid), ageMs: 0 },
  ])("$name", async ({ text, ageMs }) => {
    const lock = join(await mkdtemp(join(tmpdir(), "kubemend-lock-")), "starting.lock");
    await writeFile(lock, text);
    const madeAt = new Date(Date.now() - ageMs);
    await utimes(lock, madeAt, madeAt);
    const startedAt = performance.now();
    expect(await exclusively(lock, async () => readFile(lock, "utf8"))).toBe(String(process.pid));
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await expect(readFile(lock)).rejects.toMatchObject({ code: "ENOENT" });
    await rm(dirname(lock), { recursive: true });
  });

  test("two at a time within one process take turns", async () => {
    const lock = join(await mkdtemp(join(tmpdir(), "kubemend-lock-")), "starting.lock");
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await new Promise((done) => setImmediate(done));
      inside--;
    };
    await Promise.all([exclusively(lock, work), exclusively(lock, work), exclusively(lock, work)]);
    await rm(dirname(lock), { recursive: true });
  });
});

describe("a data folder that cannot be used is told with the remedy, at once", () => {
  test.each([
    { name: "a file in its place", path: (file: string) => file, why: "there is a file of that name" },
    { name: "a file above it", path: (file: string) => join(file, "postgres"), why: "a part of the path is a file" },
    { name: "a place where nothing can be made", path: () => "/proc/none/postgres", why: "no such file or folder" },
  ])("$name", async ({ path, why }) => {
    const file = join(await mkdtemp(join(tmpdir(), "kubemend-data-")), "file");
    await writeFile(file, "");
    await expect(startEmbeddedPostgres(path(file))).rejects.toMatchObject({
      message: expect.stringContaining(`cannot be used: ${why}.`),
      remedy: "Name another with the setting data (KUBEMEND_DATA), or set DATABASE_URL.",
      exitCode: 2,
    });
    await rm(dirname(file), { recursive: true });
  });
});

test("an unreachable database is one sentence with a remedy and without the password", async () => {
  const url = "postgres://kubemend:s3cret-word@127.0.0.1:1/none";
  await using database = openDatabase(url);
  const error = await checkDatabase(database, url).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "database-unreachable", exitCode: 2 });
  expect(error.message).toContain("127.0.0.1:1/none");
  expect(error.message + error.remedy).not.toContain("s3cret-word");
});
