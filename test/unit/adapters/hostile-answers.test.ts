import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Has one answer read in a process with as much memory as the watcher has by default, and says what came of it. */
async function readIn(ask: string, answer: string): Promise<string> {
  const program = `
    import { createServer } from "node:http";
    import { createLokiClient } from "./src/adapters/loki/loki-client.ts";
    import { createPrometheusClient } from "./src/adapters/prometheus/prometheus-client.ts";
    const text = ${answer};
    const server = createServer((_request, response) => response.writeHead(200).end(text));
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const url = "http://127.0.0.1:" + server.address().port;
    const [prometheus, loki] = [createPrometheusClient({ url }), createLokiClient({ url })];
    const request = { at: 0, from: 0, to: 1_000, stepMs: 1_000, fromNs: 0n, toNs: 1n, limit: 10, timeoutMs: 60_000 };
    const said = await (${ask}).then(() => "taken", (error) => error.code);
    process.stdout.write(said, () => process.exit());
  `;
  const { stdout } = await run(process.execPath, [
    "--max-old-space-size=512",
    "--input-type=module-typescript",
    "-e",
    program,
  ]);
  return stdout;
}

const ones = "Array(15_000_000).fill(1).join(',')";
const told = (data: string) => `'{"status":"success","data":${data}}'`;

// A schema that lists every problem of fifteen million numbers ends the process.
test.each([
  ["elements", "prometheus.query('up', request)", told(`{"resultType":"vector","result":[' + ${ones} + ']}`)],
  [
    "samples",
    "prometheus.queryRange('up', request)",
    told(`{"resultType":"matrix","result":[{"metric":{},"values":[' + ${ones} + ']}]}`),
  ],
  ["names", "prometheus.labelValues('__name__', request)", told(`[' + ${ones} + ']`)],
  [
    "lines",
    "loki.lines('{}', request)",
    told(`{"resultType":"streams","result":[{"stream":{},"values":[' + ${ones} + ']}]}`),
  ],
])("fifteen million %s that are none are refused, and nothing else happens", async (_name, ask, answer) => {
  expect(await readIn(ask, answer)).toMatch(/^(prometheus|loki)-unexpected$/);
});
