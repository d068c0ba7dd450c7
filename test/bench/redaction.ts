import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const megabytes = 4;
const rounds = 7;

const texts: readonly (readonly [string, string])[] = [
  [
    "ordinary log lines",
    '2026-11-20T23:36:55.200Z level=info msg="GET /items/sock-cat" trace=c809e4c8 status=200 ms=11.2\n',
  ],
  [
    "lines with secrets",
    "2026-11-20T23:36:55Z connecting to postgres://shop:pw-8f3kd92ls@carts-db:5432/carts token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N\n",
  ],
];

/** Redaction of text in pieces of 16 KiB, as evidence arrives. Medians of 7 on one core. */
export async function benchRedaction(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, line] of texts) {
    const piece = line.repeat(Math.ceil(16_384 / line.length)).slice(0, 16_384);
    const pieces = (megabytes * 2 ** 20) / piece.length;
    const { redact } = createRedactor({ salt: "bench" });
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const ms = await timed(() => {
        for (let i = 0; i < pieces; i++) redact(piece);
      });
      if (round > 0) times.push(ms);
    }
    rows.push({ name: `redaction: ${name}`, value: rounded((megabytes / median(times)) * 1_000), unit: "MiB/s" });
  }
  return rows;
}
