import { argv, exit, pid } from "node:process";
import { makeRun } from "../../../src/app/chaos/chaos-run.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { depsFor, experimentOf } from "./chaos-world.ts";

/*
 * A process of its own, to be killed: runs the step it is given and ends as by `kill -9` after the change of that number,
 * or (-1) when the API has taken the first change and nobody has written that down yet.
 * Arguments: database URL, cluster URL, step as JSON, number.
 */
const [databaseUrl = "", clusterUrl = "", step = "{}", killAfter = "0"] = argv.slice(2);
const die = (): Promise<never> => {
  process.kill(pid, "SIGKILL");
  return new Promise(() => {});
};
const database = openDatabase(databaseUrl);
const deps = depsFor({ url: clusterUrl }, database, {
  leaseMs: 500,
  afterChange: async (seq) => {
    if (seq === Number(killAfter)) await die();
  },
});
const { patch } = deps.cluster;
const cluster = {
  ...deps.cluster,
  patch: async (...args: Parameters<typeof patch>) => {
    const written = await patch(...args);
    if (killAfter === "-1" && !args[2].dryRun) await die();
    return written;
  },
};
await makeRun({ ...deps, cluster }, experimentOf(JSON.parse(step) as object));
exit(0);
