import type { ChaosPort, DeskOutcome } from "../../bot/desk.ts";
import type { ExperimentRow } from "../../bot/web/pages-port.ts";
import { experimentSchema } from "../../chaos/experiment.ts";
import { experimentLines, reportLines } from "../../chaos/report-lines.ts";
import { shortResult, targetOfExperiment } from "../../chaos/words.ts";
import type { Person } from "../../incident/approval.ts";
import { offeredExperiments } from "../../store/chaos/offered-experiments.ts";
import { addChaosRun, askChaosStop, getChaosRun, listChaosRuns } from "../../store/chaos/runs.ts";
import type { Database } from "../../store/database.ts";

export interface ChaosDeskDeps {
  readonly database: Database;
  readonly cluster: string;
  /** Ids of the people who may run and stop experiments. */
  readonly people: readonly string[];
}

const usage = "`/incident chaos list`, `plan <name>`, `run <name>`, `status`, `report [number]` or `stop`.";
const shown = 50;
/** Slack takes 3,000 characters in a section. */
const longestText = 2_800;
/** For a chat: nothing in it is a mention, a link or the end of the block. */
const plain = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const asText = (lines: readonly string[]) =>
  `\`\`\`${plain(lines.join("\n").slice(0, longestText).replaceAll("`", "'"))}\`\`\``;

/**
 * Experiments in chat. Nothing here can change a cluster: a request is a row, which `kubemend chaos serve` takes up with an
 * identity of its own. Undefined where nobody may run any.
 */
export function createChaosDesk({ database, cluster, people }: ChaosDeskDeps): ChaosPort | undefined {
  if (people.length === 0) return undefined;
  const yes = (text: string): DeskOutcome => ({ ok: true, text });
  const no = (text: string): DeskOutcome => ({ ok: false, text });
  const may = ({ id, aliases = [] }: Person) => [id, ...aliases].some((one) => people.includes(one));
  const refusal = no("Only the people of `chaos.people` may run and stop experiments. Nothing was done.");
  const find = async (name: string | undefined) => {
    const offered = await offeredExperiments(database, cluster);
    const refusal =
      offered.length === 0
        ? "No experiments are offered: `kubemend chaos serve <folder>` is not running."
        : `There is no experiment ${name ?? "without a name"}; there are ${offered.map((one) => one.name).join(", ")}.`;
    return offered.find((one) => one.name === name) ?? { refusal };
  };
  return {
    async command([word = "list", name], by) {
      switch (word) {
        case "list": {
          const offered = await offeredExperiments(database, cluster);
          if (offered.length === 0)
            return yes("No experiments are offered: `kubemend chaos serve <folder>` is not running.");
          const lines = offered.map(({ name: one, body }) => {
            const { data } = experimentSchema.safeParse(body);
            return `• *${one}*${data ? `: ${plain(data.hypothesis)}` : ""}`;
          });
          return yes(lines.slice(0, shown).join("\n"));
        }
        case "plan": {
          const wanted = await find(name);
          if ("refusal" in wanted) return no(wanted.refusal);
          const { data } = experimentSchema.safeParse(wanted.body);
          return data
            ? yes(asText(experimentLines(data)))
            : no("It is not valid any more; start kubemend chaos serve again.");
        }
        case "report": {
          const run =
            name === undefined ? (await listChaosRuns(database, cluster, 1))[0] : await getChaosRun(database, name);
          return run?.cluster === cluster
            ? yes(asText(reportLines(run)))
            : no(name === undefined ? "No experiment has been run yet." : `There is no run ${name.slice(0, 20)}.`);
        }
        case "run": {
          if (!may(by)) return refusal;
          const wanted = await find(name);
          if ("refusal" in wanted) return no(wanted.refusal);
          const id = await addChaosRun(database, {
            cluster,
            name: wanted.name,
            experiment: wanted.body,
            phase: "requested",
            by: by.id,
          });
          return yes(
            `Run ${id} of ${wanted.name} is asked for. \`/incident chaos status\` tells how it goes, \`stop\` ends it.`,
          );
        }
        case "stop": {
          if (!may(by)) return refusal;
          const runs = await askChaosStop(database, cluster, by.name);
          return runs.length === 0
            ? no("No experiment is running.")
            : yes(`Run ${runs.join(", ")} stops; everything it changed is put back.`);
        }
        case "status": {
          const [run] = await listChaosRuns(database, cluster, 1);
          return yes(
            run
              ? `Run ${run.id} of ${run.name}: ${shortResult(run.phase, run.result, run.note)}`
              : "No experiment has been run yet.",
          );
        }
        default:
          return no(usage);
      }
    },
  };
}

/** For the page of experiments; undefined as long as none was run and nobody may run any. */
export function experimentRows(deps: ChaosDeskDeps): () => Promise<readonly ExperimentRow[] | undefined> {
  return async () => {
    const runs = await listChaosRuns(deps.database, deps.cluster, shown);
    if (runs.length === 0 && deps.people.length === 0) return undefined;
    return runs.map((run) => ({
      name: run.name,
      target: targetOfExperiment(run.experiment),
      state: run.phase,
      startedAt: run.startedAt ?? run.requestedAt,
      result: shortResult(run.phase, run.result, run.note),
    }));
  };
}
