import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
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
  expect(() => stream.emit("error", Object.assign(new Error("no space"), { code: "ENOSPC" }))).toThrow("no space");
});

test("what streams by itself is left to say how far it came", () => {
  const stream = new EventEmitter();
  const ended: number[] = [];
  endQuietlyWithoutReader(stream, (code) => ended.push(code));
  stream.on("error", () => undefined);
  stream.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect(ended).toEqual([]);
});
