import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDatabase, openDatabase } from "../../../src/store/database.ts";
import { startEmbeddedPostgres } from "../../../src/store/embedded-postgres/start.ts";

const folder = join(tmpdir(), `kubemend-embedded-${process.pid}`);
const startModule = new URL("../../../src/store/embedded-postgres/start.ts", import.meta.url).href;

/** A process that starts the server, says so, and is then killed without a chance to stop it. */
async function startAndDie(): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { startEmbeddedPostgres } = await import(${JSON.stringify(startModule)}); const server = await startEmbeddedPostgres(${JSON.stringify(folder)}); console.log(server.url); setInterval(() => {}, 1000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
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

test("an unreachable database is one sentence with a remedy and without the password", async () => {
  const url = "postgres://kubemend:s3cret-word@127.0.0.1:1/none";
  await using database = openDatabase(url);
  const error = await checkDatabase(database, url).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "database-unreachable", exitCode: 2 });
  expect(error.message).toContain("127.0.0.1:1/none");
  expect(error.message + error.remedy).not.toContain("s3cret-word");
});
