import { Counter, Gauge, type Registry } from "prom-client";
import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { type CountedRow, countedRows, jobCounts, modelSpending } from "../../store/people/own-figures.ts";
import type { Keeping } from "../watch/keeping.ts";

/** Several who scrape at once ask the database once. */
const keepMs = 5_000;
/** What a model has cost is summed up from all diagnoses that it had a part in, which are long. */
const keepSpentMs = 5 * 60_000;

interface Figures {
  readonly rows: readonly CountedRow[];
  readonly jobs: Awaited<ReturnType<typeof jobCounts>>;
  readonly spent: Awaited<ReturnType<typeof modelSpending>>;
}

/**
 * What is counted in the database, and therefore survives restarts and includes the actor, which serves nothing. Every replica
 * tells the same: take the maximum over them. While the database is away the last figures stand and `database_up` is 0, and it is 0
 * while it answers and takes nothing.
 */
export function addOutcomeMetrics(
  registry: Registry,
  {
    database,
    log,
    cluster,
    keeping,
  }: { database: Database; log: Logger; cluster?: string; keeping?: Pick<Keeping, "trouble"> },
): void {
  const registers = [registry];
  let figures: Figures | undefined;
  let up = 0;
  let asked: { readonly at: number; readonly answer: Promise<void> } | undefined;
  let spending: { readonly at: number; readonly spent: Figures["spent"] } | undefined;
  const spentSoFar = async () => {
    if (!spending || performance.now() - spending.at > keepSpentMs)
      spending = { at: performance.now(), spent: await modelSpending(database) };
    return spending.spent;
  };
  const ask = async () => {
    try {
      const [rows, jobs, spent] = await Promise.all([
        countedRows(database, cluster),
        jobCounts(database, cluster),
        spentSoFar(),
      ]);
      figures = { rows, jobs, spent };
      up = 1;
    } catch (error) {
      up = 0;
      log.warn({ error: messageOf(error) }, "metrics.database-away");
    }
  };
  const fresh = async (): Promise<Figures | undefined> => {
    if (!asked || performance.now() - asked.at > keepMs) asked = { at: performance.now(), answer: ask() };
    await asked.answer;
    return figures;
  };
  const byLabel = (Metric: typeof Counter | typeof Gauge, what: CountedRow["what"], label: string, help: string) =>
    new Metric({
      name: Metric === Counter ? `kubemend_${what}_total` : `kubemend_${what}`,
      help,
      labelNames: [label],
      registers,
      async collect() {
        const rows = (await fresh())?.rows.filter((row) => row.what === what) ?? [];
        this.reset();
        for (const row of rows) this.inc({ [label]: row.label }, row.count);
      },
    });
  byLabel(Counter, "verifications", "verdict", "Applied changes by what came of them");
  byLabel(Counter, "executions", "outcome", "Attempts to apply or undo, by outcome");
  byLabel(Gauge, "plans", "state", "Planned changes by state");
  byLabel(Gauge, "incidents", "status", "Incidents by status");
  new Gauge({
    name: "kubemend_undelivered_incidents",
    help: "Incidents that chat does not show as they are",
    registers,
    async collect() {
      const row = (await fresh())?.rows.find(({ what }) => what === "undelivered");
      this.set(row?.count ?? 0);
    },
  });
  new Gauge({
    name: "kubemend_jobs",
    help: "Jobs by queue and state: created and retry wait, active run, failed were given up",
    labelNames: ["queue", "state"] as const,
    registers,
    async collect() {
      const jobs = (await fresh())?.jobs ?? [];
      this.reset();
      for (const { queue, state, count } of jobs) this.set({ queue, state }, count);
    },
  });
  new Counter({
    name: "kubemend_model_tokens_total",
    help: "Tokens of the language model that diagnoses have cost",
    labelNames: ["direction"] as const,
    registers,
    async collect() {
      const spent = (await fresh())?.spent;
      this.reset();
      this.inc({ direction: "input" }, spent?.input ?? 0);
      this.inc({ direction: "output" }, spent?.output ?? 0);
    },
  });
  new Counter({
    name: "kubemend_model_cost_usd_total",
    help: "What those tokens have cost, where prices are known",
    registers,
    async collect() {
      const spent = (await fresh())?.spent;
      this.reset();
      this.inc(spent?.costUsd ?? 0);
    },
  });
  new Gauge({
    name: "kubemend_database_up",
    help: "1 while the database answers and takes what is found",
    registers,
    async collect() {
      await fresh();
      this.set(keeping?.trouble === undefined ? up : 0);
    },
  });
}
