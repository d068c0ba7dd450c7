import { createTemplateMiner } from "../../../src/detection/logs/templates/template-miner.ts";
import { seededRandom } from "../../../src/lib/seeded-random.ts";
import { type Figure, finish } from "../result.ts";

// Headers nobody has seen: made by a grammar of what stands in them, in which order, and how it is set off.

/** Of all layouts of the grammar, one in so many. */
const ONE_IN = 1_000;

type Part = "T" | "L" | "P" | "C";

const second = (i: number) => String(10 + 7 * i).padStart(2, "0");
/** What differs from line to line: the time and the thread. */
const times: readonly ((i: number) => string)[] = [
  (i) => `2026-11-21T21:46:${second(i)}.123Z`,
  (i) => `2026-11-21 21:46:${second(i)}`,
  (i) => `2026-11-21 21:46:${second(i)},12${i}`,
  (i) => `2026/11/21 21:46:${second(i)}`,
  (i) => `21/11/2026 21:46:${second(i)}`,
  (i) => `Nov 21 21:46:${second(i)}`,
  (i) => `Sat Nov 21 21:46:${second(i)} 2026`,
  (i) => `21/Nov/2026:21:46:${second(i)} +0000`,
  (i) => `21:46:${second(i)}.12${i}`,
  (i) => `17952987${second(i)}.123`,
];
const threads: readonly ((i: number) => string)[] = [
  (i) => ["main", "worker", "poller"][i] ?? "",
  (i) => `pool-${i + 1}-thread-${i + 3}`,
  (i) => String(1234 + 17 * i),
  (i) => ["http-nio-8080-exec-1", "Scheduler Task", "GC Thread 4"][i] ?? "",
  (i) => `7f4b0e7e7${i}6c0`,
];
const levels = ["INFO", "info", "Info"];
const components = ["com.example.shop.OrderService", "order.service", "OrderService", "orders"];
const wraps = [
  (text: string) => text,
  (text: string) => `[${text}]`,
  (text: string) => `(${text})`,
  (text: string) => `<${text}>`,
  (text: string) => `${text}:`,
];
const orders =
  "TLPC TPLC TLC TLP TPL TL TCL TPCL TCPL LT LTC LTPC LPTC PTL PTLC CTL TC TP TPC PLTC LCT PT CT TCLP TLCP".split(" ");
const separators = [" ", "\t", " | ", " - ", "|", " : "];
const ends = [" ", " - ", ": ", " | ", "\t", "|", " : ", " -- "];

const sentences: readonly ((i: number) => string)[] = [
  (i) => `Order ${17 + 3 * i} shipped to ${["berlin", "paris", "rome"][i]} in ${35 + i} ms`,
  (i) => `cache warmed with ${12 + i} entries`,
  (i) => `connection to ${["10.0.0.1", "10.0.0.2", "db.example.com"][i]}:5432 lost`,
];

type Layout = (i: number, sentence: string) => string;

/** A layout drawn from the grammar; undefined for signs that do not go together. */
function draw(random: () => number): Layout | undefined {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const parts = [...pick(orders)] as Part[];
  const [separator, end, time, thread] = [pick(separators), pick(ends), pick(times), pick(threads)];
  const wrapOf: Record<Part, (text: string) => string> = {
    T: pick(wraps.slice(0, 2)),
    L: pick(wraps),
    P: pick(wraps.slice(0, 3)),
    C: pick([...wraps.slice(0, 3), ...wraps.slice(4)]),
  };
  const textOf: Record<Part, (i: number) => string> = {
    T: time,
    L: (
      (level) => () =>
        level
    )(pick(levels)),
    P: thread,
    C: (
      (component) => () =>
        component
    )(pick(components)),
  };
  const isSign = separator !== " " && separator !== " - ";
  const fits = !isSign || end === separator || (separator === "\t" && (end === " " || end === ": "));
  const last = parts.at(-1);
  const twoColons = end === ": " && last !== undefined && wrapOf[last]("x").endsWith(":");
  const isNaked = parts.includes("P") && thread(1).includes(" ") && wrapOf.P("x") === "x";
  if (!fits || twoColons || isNaked) return undefined;
  return (i, sentence) => parts.map((part) => wrapOf[part](textOf[part](i))).join(separator) + end + sentence;
}

/** The template of each sentence behind this layout; undefined when one of them has several or two share one. */
function templatesOf(layout: Layout): string[] | undefined {
  const miner = createTemplateMiner();
  const learned = sentences.map(() => [] as number[]);
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 3; i++)
      for (const [at, sentence] of sentences.entries()) learned[at]?.push(miner.learn(layout(i, sentence(i))));
  const ids = learned.map((own) => new Set(own.map((id) => miner.resolve(id))));
  const all = new Set(ids.flatMap((own) => [...own]));
  if (ids.some(({ size }) => size > 1) || all.size < sentences.length) return undefined;
  return ids.map((own) => miner.template([...own][0] ?? 0)?.text ?? "");
}

const bare = templatesOf((_, sentence) => sentence)?.join("\n");
const random = seededRandom(17);
let layouts = 0;
let grouped = 0;
let clean = 0;
for (let tries = 0; tries < 20_000_000 / ONE_IN; tries++) {
  const layout = draw(random);
  if (layout === undefined) continue;
  layouts++;
  const found = templatesOf(layout);
  if (found !== undefined) grouped++;
  if (found?.join("\n") === bare) clean++;
}

const percent = (count: number) => `${((100 * count) / layouts).toFixed(1)} %`;
const told = (what: string, count: number): Figure => ({ what, value: percent(count), goal: "none", reached: true });
await finish({
  figures: [
    told(`${layouts} made-up layouts: one template for each sentence`, grouped),
    told("made-up layouts: nothing of the header is left in a template", clean),
  ],
});
