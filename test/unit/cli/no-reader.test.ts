import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endQuietlyWithoutReader } from "../../../src/cli/no-reader.ts";

const root = join(import.meta.dirname, "../../..");

test("output that nobody reads any more ends the command without a stack trace", async () => {
  const child = spawn(
    process.execPath,
    [join(root, "bin/kubemend"), "analyze", join(root, "test/recordings/sock-shop-01"), "--json"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString("utf8");
  });
  // Closed before the first byte: the result is far larger than what a pipe holds.
  child.stdout.destroy();
  const [code] = (await once(child, "exit")) as [number | null];
  expect(complaint).toBe("");
  expect(code).toBe(0);
});

test("another fault of the stream is not swallowed", () => {
  const stream = new EventEmitter();
  endQuietlyWithoutReader(stream, () => undefined);
  expect(() => stream.emit("error", new Error("a bug"))).toThrow("a bug");
});

test.skipIf(!existsSync("/dev/full")).each([
  { name: "help", args: ["--help"] },
  { name: "scores that stream", args: ["detect", "series.csv"] },
  { name: "templates that stream", args: ["templates", "series.csv"] },
])("a full disk behind the output is one sentence with the remedy: $name", ({ args }) => {
  const cwd = mkdtempSync(join(tmpdir(), "kubemend-full-"));
  writeFileSync(join(cwd, "series.csv"), "timestamp,value\n2026-11-21 09:00:00,1\n2026-11-21 09:00:15,2\n");
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [join(root, "bin/kubemend"), ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  rmSync(cwd, { recursive: true });
  expect(stderr).toContain("the disk is full.\nFree some space");
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(status).toBe(2);
});

test.skipIf(!existsSync("/dev/full"))("a log on a full disk ends nothing", () => {
  const full = openSync("/dev/full", "w");
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { createLogger } from ${JSON.stringify(join(root, "src/lib/logger.ts"))};
       const log = createLogger();
       for (let i = 0; i < 50_000; i++) log.info({ i }, "incident.opened");
       console.log("still here");`,
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", full] },
  );
  closeSync(full);
  expect(stdout).toBe("still here\n");
  expect(status).toBe(0);
});

test("what streams by itself is left to say how far it came", () => {
  const stream = new EventEmitter();
  const ended: number[] = [];
  endQuietlyWithoutReader(stream, (code) => ended.push(code));
  stream.on("error", () => undefined);
  stream.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect(ended).toEqual([]);
});
