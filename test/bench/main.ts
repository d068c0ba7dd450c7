import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./row.ts";

type Run = () => Promise<readonly BenchRow[]>;

/** What each measures, as `--help` says it. Only that which runs is loaded. */
const benches: Readonly<Record<string, { readonly run: Run; readonly says: string }>> = {
  detection: {
    run: async () => (await import("./detection.ts")).benchDetection(),
    says: "what the evals of detection find: recordings, NAB, health",
  },
  templates: {
    run: async () => (await import("./templates.ts")).benchTemplates(),
    says: "log templates: lines a second on one core, memory of 50,000 templates",
  },
  tick: {
    run: async () => (await import("./tick.ts")).benchTick(),
    says: "one tick of all metric detectors over 10,000 series",
  },
  ingest: {
    run: async () => (await import("./ingest.ts")).benchIngest(),
    says: "one scrape of 10,000 raw series, read and derived",
  },
  "log-flood": {
    run: async () => (await import("./log-flood.ts")).benchLogFlood(),
    says: "100,000 log lines a second: read, loop lag, memory",
  },
  scorer: {
    run: async () => (await import("./scorer.ts")).benchScorer(),
    says: "`kubemend detect`: points a second, a file of a million rows",
  },
  scale: {
    run: async () => (await import("./scale.ts")).benchScale(),
    says: "a watcher by pods and log lines; NATS, where nats-server is installed",
  },
  redaction: {
    run: async () => (await import("./redaction.ts")).benchRedaction(),
    says: "redaction of text in pieces of 16 KiB",
  },
  diagnosis: {
    run: async () => (await import("./diagnosis.ts")).benchDiagnosis(),
    says: "an incident's diagnosis by rules: 50 services, 100,000 log lines",
  },
  fixes: {
    run: async () => (await import("./fixes.ts")).benchFixes(),
    says: "a fix from recommendation to applied change",
  },
  approvals: {
    run: async () => (await import("./approvals.ts")).benchApprovals(),
    says: "a thousand approvals of one plan in the same moment",
  },
  analysis: {
    run: async () => (await import("./analysis.ts")).benchAnalysis(),
    says: "detection and diagnosis of whole recordings",
  },
  slack: {
    run: async () => (await import("./slack.ts")).benchSlack(),
    says: "a thousand incidents in one hour, in one channel",
  },
  "web-list": {
    run: async () => (await import("./web-list.ts")).benchWebList(),
    says: "the list page over 10,000 incidents",
  },
  "own-figures": {
    run: async () => (await import("./own-figures.ts")).benchOwnFigures(),
    says: "metrics and records over 300,000 plans",
  },
  growth: { run: async () => (await import("./growth.ts")).benchGrowth(), says: "what the database grows by" },
  soak: {
    run: async () => (await import("./soak.ts")).benchSoak(),
    says: "more than a day of a cluster's time (half an hour; only by name)",
  },
};

const usage = `npm run bench -- [name ...]

${Object.entries(benches)
  .map(([name, { says }]) => `  ${name.padEnd(12)}${says}`)
  .join("\n")}

Without names all run but those that say "only by name". Exit code 1 when a goal is missed or a benchmark fails.`;

/** Not among all: they take longer than anybody waits who has not asked for them. */
const onlyByName: ReadonlySet<string> = new Set(["soak"]);

/** What was promised; rows without a goal are there to be compared with the last time. */
const goals: Readonly<Record<string, { readonly atLeast?: number; readonly below?: number }>> = {
  "templates: Kubernetes JSON lines": { atLeast: 50_000 },
  "templates: short lines": { atLeast: 300_000 },
  "templates: RSS with 50,000 templates": { below: 512 },
  "tick: 10,000 series, all metric detectors": { below: 1_000 },
  "figures over 300,000 plans: counts of a scrape": { below: 20 },
  "figures over 300,000 plans: causes of 30 days": { below: 20 },
  "figures over 300,000 plans: outcomes of an action": { below: 20 },
  "diagnosis: 50 services, 100,000 log lines, p95": { below: 2_000 },
  "log flood: lines through ingest and tick": { atLeast: 100_000 },
  "log flood: loop lag p99 at 100,000 lines/s": { below: 100 },
  "slack: incidents of an hour shown, of 1,000": { atLeast: 1_000 },
  "slack: messages of them, doubles included": { below: 1_001 },
  "slack: not up to date when the hour and its last minute are over": { below: 1 },
  "slack: posts a minute in the channel, worst minute": { below: 65 },
  "slack: edits a minute of one message, worst": { below: 7 },
  "slack: requests told to wait (429)": { below: 1 },
  "slack: acknowledged meanwhile, p99": { below: 500 },
  "slack: acknowledged meanwhile, worst": { below: 2_500 },
  "log flood: RSS at 100,000 lines/s": { below: 512 },
  "growth: samples of 1,000 pods, a day": { below: 250 },
  "soak: heap grows by, an hour": { below: 512 },
  "soak: open handles grow by, an hour": { below: 1 },
  "soak: connections to PostgreSQL, worst": { below: 31 },
  "web list, 10,000 incidents: newest": { below: 50 },
  "web list, 10,000 incidents: page far back": { below: 50 },
  "web list, 10,000 incidents: open ones": { below: 50 },
  "web list, 10,000 incidents: by cause": { below: 50 },
  "web list, 10,000 incidents: by namespace, severity and cause": { below: 50 },
  "web list, 10,000 incidents: searched": { below: 50 },
  "web list, 10,000 incidents: searched in vain": { below: 50 },
};

function verdict({ name, value, goal: own }: BenchRow): { text: string; missed: boolean } {
  if (own) return { text: `${own.text}${own.reached ? "  reached" : "  MISSED"}`, missed: !own.reached };
  const goal = goals[name];
  if (!goal) return { text: "", missed: false };
  const { atLeast = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY } = goal;
  const missed = !(value >= atLeast && value < below);
  const wanted =
    goal.atLeast === undefined ? `< ${below.toLocaleString("en-US")}` : `>= ${atLeast.toLocaleString("en-US")}`;
  return { text: `${wanted}${missed ? "  MISSED" : "  reached"}`, missed };
}

function machine(): string {
  const model = cpus()[0]?.model.trim() || "unknown CPU";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${model}), ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** Each in a process of its own, so that none inherits the heap and the compiled code of another. */
function measure(bench: string): readonly BenchRow[] | undefined {
  try {
    const out = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--json", bench], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return JSON.parse(out) as readonly BenchRow[];
  } catch {
    // It has said why on stderr; the others can still be measured.
    return undefined;
  }
}

/** `npm run bench [-- <name>...]`: one line a figure. @returns exit code 1 when a goal is missed or a benchmark fails, 2 for a name there is not */
async function main(args: readonly string[]): Promise<number> {
  const [first, only] = args;
  const alone = first === "--json" && only !== undefined ? benches[only] : undefined;
  if (alone) {
    process.stdout.write(JSON.stringify(await alone.run()));
    return 0;
  }
  if (args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  const unknown = args.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(", ")}.\n\n${usage}`);
    return 2;
  }
  const began = performance.now();
  console.log(machine());
  let missed = 0;
  for (const bench of args.length > 0 ? args : Object.keys(benches).filter((name) => !onlyByName.has(name))) {
    const rows = measure(bench);
    if (!rows) {
      console.log(`${bench}: could not be measured`);
      missed++;
    }
    for (const row of rows ?? []) {
      const { text, missed: short } = verdict(row);
      if (short) missed++;
      const value = row.said ?? row.value.toLocaleString("en-US", { maximumFractionDigits: 2 });
      console.log(`${row.name.padEnd(72)} ${value.padStart(12)} ${row.unit.padEnd(8)} ${text}`.trimEnd());
    }
  }
  console.log(`Medians of at least 3 runs; ${Math.round((performance.now() - began) / 1_000)} s in all.`);
  return missed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
