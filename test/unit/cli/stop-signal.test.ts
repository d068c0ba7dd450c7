import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stopSignal } from "../../../src/cli/stop-signal.ts";

const program = join(import.meta.dirname, "../../../src/cli/stop-signal.ts");

function heard() {
  const source = new EventEmitter();
  const told: string[] = [];
  let now = 5_000;
  const stopping = stopSignal({
    source: source as unknown as NodeJS.Process,
    now: () => now,
    first: (name) => told.push(`first ${name}`),
    again: (name) => told.push(`again ${name}`),
  });
  return {
    stopping,
    told,
    listeners: () => source.listenerCount("SIGINT"),
    press(name: NodeJS.Signals, laterMs = 0) {
      now += laterMs;
      source.emit(name, name);
    },
  };
}

test("one press that the terminal and the launcher both pass on is one press", () => {
  const { stopping, told, press } = heard();
  expect(stopping.signal.aborted).toBe(false);
  press("SIGINT");
  press("SIGINT", 2);
  press("SIGTERM", 300);
  expect(stopping.signal.aborted).toBe(true);
  expect(told).toEqual(["first SIGINT"]);
});

test("a press a second later is another one", () => {
  const { told, press } = heard();
  press("SIGTERM");
  press("SIGINT", 1_000);
  expect(told).toEqual(["first SIGTERM", "again SIGINT"]);
});

test("what has been disposed hears nothing", () => {
  const { stopping, told, press, listeners } = heard();
  stopping[Symbol.dispose]();
  press("SIGINT");
  expect(told).toEqual([]);
  expect(listeners()).toBe(0);
});

test("a process that hears each signal twice still puts its things away", async () => {
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { stopSignal } from ${JSON.stringify(program)};
       const { signal } = stopSignal();
       signal.addEventListener("abort", () => setTimeout(() => { console.log("put away"); process.exit(0); }, 100));
       setInterval(() => undefined, 1000);
       console.log("ready");`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number | null];
  expect(output).toContain("put away");
  expect(code).toBe(0);
});
