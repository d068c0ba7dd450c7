import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Reads one hostile body in a process with as much memory as the watcher has by default, and says what came of it. */
async function readIn(reader: string, text: string): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const program = `
    import { gzipSync } from "node:zlib";
    import { readPush } from "./src/detection/collect/push/read-push.ts";
    import { readTraces } from "./src/detection/collect/push/read-traces.ts";
    import { readAlerts } from "./src/detection/collect/alertmanager.ts";
    const text = ${text};
    const packed = { contentType: "application/json", contentEncoding: "gzip", body: gzipSync(text) };
    const read = await ({ push: () => readPush(packed), traces: () => readTraces(packed), alerts: () => readAlerts(text) })["${reader}"]();
    process.stdout.write(JSON.stringify({ ok: read.ok, detail: String(read.detail ?? "").slice(0, 200) }));
  `;
  const { stdout } = await run(process.execPath, [
    "--max-old-space-size=512",
    "--input-type=module-typescript",
    "-e",
    program,
  ]);
  return JSON.parse(stdout) as { ok: boolean; detail: string };
}

const ones = (bytes: number) => `Array(${bytes / 2}).fill(1).join(",")`;

// A schema that lists every problem of four million numbers ends the process: a body of eight kilobytes did.
test.each([
  ["push", "lines that are none", `'{"streams":[{"values":[' + ${ones(7_900_000)} + ']}]}'`, "lines"],
  ["push", "streams that are none", `'{"streams":[' + ${ones(7_900_000)} + ']}'`, "lines"],
  [
    "traces",
    "spans that are none",
    `'{"resourceSpans":[{"scopeSpans":[{"spans":[' + ${ones(7_900_000)} + ']}]}]}'`,
    "spans",
  ],
  ["traces", "resources that are none", `'{"resourceSpans":[' + ${ones(7_900_000)} + ']}'`, "spans"],
  [
    "alerts",
    "alerts that are none",
    `'{"version":"4","status":"firing","alerts":[' + ${ones(3_900_000)} + ']}'`,
    "alerts.0",
  ],
])("%s: %s, four million of them, are refused and nothing else happens", async (reader, _name, text, says) => {
  expect(await readIn(reader, text)).toEqual({ ok: false, detail: expect.stringContaining(says) as string });
});

test("more labels than make sense are left out, whatever they hold", async () => {
  const labels = `Array.from({ length: 200_000 }, (_, i) => '"a' + i + '":' + (i < 100 ? '"b"' : 1)).join(",")`;
  const push = `'{"streams":[{"stream":{' + ${labels} + '},"values":[["1700000000000000000","x"]]}]}'`;
  expect(await readIn("push", push)).toEqual({ ok: true, detail: "" });
});
