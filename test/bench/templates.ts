import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createTemplateMiner } from "../../src/detection/logs/templates/template-miner.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";

/** One figure of the benchmark table. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const LINES = 200_000;
const ROUNDS = 5;
const TEMPLATES = 50_000;

const hex = (random: () => number, size: number) =>
  Array.from({ length: size }, () => Math.floor(random() * 16).toString(16)).join("");
const int = (random: () => number, below: number) => Math.floor(random() * below);

/** Lines as a container in Kubernetes writes them: JSON, some 330 characters, twelve statements. */
function jsonLines(random: () => number): string[] {
  const messages = [
    "request completed",
    "cache refreshed in 12 ms",
    "session opened for user u17",
    "retrying upstream call, attempt 2 of 5",
    "order accepted",
    "stock level updated",
    "payment authorised",
    "cart merged",
    "item viewed",
    "token renewed",
    "gc summary",
    "connection to carts-db:27017 lost: read ECONNRESET",
  ];
  return Array.from({ length: LINES }, (_, i) =>
    JSON.stringify({
      ts: new Date(1_795_000_000_000 + i * 3).toISOString(),
      level: i % 50 === 0 ? "error" : "info",
      logger: "shop.http",
      msg: messages[int(random, messages.length)],
      method: "GET",
      path: `/catalogue/${int(random, 9000)}`,
      status: 200,
      duration_ms: int(random, 900) / 10,
      trace_id: hex(random, 32),
      span_id: hex(random, 16),
      kubernetes: {
        namespace: "sock-shop",
        pod: `frontend-${hex(random, 8)}-x2x4z`,
        container: "frontend",
        node: "node-1",
      },
    }),
  );
}

/** Plain lines of some 90 characters, eight statements. */
function shortLines(random: () => number): string[] {
  const make: readonly (() => string)[] = [
    () => `INFO  [carts,${hex(random, 8)}] GET /carts/u${int(random, 40)} status=200 ms=${int(random, 90)}`,
    () => `INFO  [orders,${hex(random, 8)}] POST /orders status=200 ms=${int(random, 90)}`,
    () => `DEBUG [carts,] gc summary heap_mb=${int(random, 90)} rss_mb=${int(random, 200)}`,
    () => `WARN  [carts,] slow query took ${int(random, 900)} ms on 10.42.0.${int(random, 255)}:5432`,
    () => `INFO  [orders,] outbox relay idle pending=${int(random, 9)} published=${int(random, 99)}`,
    () => `ERROR [orders,${hex(random, 8)}] connect ECONNREFUSED 10.43.${int(random, 255)}.7:8080`,
    () => `INFO  [carts,] Pool stats (total=8, active=${int(random, 8)}, idle=${int(random, 8)}, waiting=0)`,
    () => `INFO  [auth,] session opened for user u${int(random, 5000)} by (uid=${int(random, 99)})`,
  ];
  return Array.from({ length: LINES }, (_, i) => {
    const line = make[int(random, make.length)]?.() ?? "";
    return `2026-11-20 22:${String(10 + (i % 50))}:36.${String(100 + (i % 900))}  ${line}`;
  });
}

const word = (random: () => number) =>
  Array.from({ length: 7 }, () => "ghijklmnopqrstuvwxyz"[int(random, 20)]).join("");

/** The same, each with a name that no line had before, so that each has to be read. */
const namedLines = (random: () => number) => shortLines(random).map((line) => `${line} for user=${word(random)}`);

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function linesPerSecond(lines: readonly string[]): number {
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const miner = createTemplateMiner();
    const from = performance.now();
    for (const line of lines) miner.learn(line);
    if (round > 0) rates.push((lines.length / (performance.now() - from)) * 1_000);
  }
  return Math.round(median(rates));
}

/** A statement no other line shares: words made of letters only, so that nothing is masked. */
function uniqueLine(random: () => number): string {
  const [who, does, what, how] = Array.from({ length: 4 }, () => word(random));
  return `2026-11-20 22:10:36.100 INFO ${who} ${does} ${what} finished with ${how} after ${int(random, 99)} ms`;
}

function fillMiner(): void {
  const random = seededRandom(3);
  const miner = createTemplateMiner({ maxTemplates: TEMPLATES });
  for (let i = 0; i < 4 * TEMPLATES; i++) miner.learn(uniqueLine(random));
  const { rss } = process.memoryUsage();
  process.stdout.write(JSON.stringify({ rss, templates: miner.size, evicted: miner.losses().evicted }));
}

function memoryWithTemplates(): number {
  const answer = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--fill"], { encoding: "utf8" });
  const { rss }: { rss: number } = JSON.parse(answer);
  return Math.round(rss / 1_048_576);
}

/** Template miner: medians of five rounds on one core; memory of a process of its own that holds 50,000 templates. */
export function benchTemplates(): BenchRow[] {
  return [
    { name: "templates: Kubernetes JSON lines", value: linesPerSecond(jsonLines(seededRandom(1))), unit: "lines/s" },
    { name: "templates: short lines", value: linesPerSecond(shortLines(seededRandom(2))), unit: "lines/s" },
    {
      name: "templates: short lines, each with a new name",
      value: linesPerSecond(namedLines(seededRandom(2))),
      unit: "lines/s",
    },
    { name: "templates: RSS with 50,000 templates", value: memoryWithTemplates(), unit: "MiB" },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--fill")) fillMiner();
  else console.table(benchTemplates());
}
