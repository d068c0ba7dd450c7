import { argv, exit, pid, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { deliverJob } from "../../src/app/chat/deliver-job.ts";
import { queues } from "../../src/app/queues.ts";
import { messageOf } from "../../src/lib/app-error.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startJobs } from "../../src/store/jobs.ts";

/*
 * A process of its own that brings incidents to chat, to be killed, stopped or cut off. Arguments: database URL, Web API of
 * Slack, token, channel, place, what to do there (`kill`, `stop`, `wait` for a line on its input), lease (ms).
 * With the place `none` it works off the queue; otherwise each line on its input is an incident to deliver.
 */
const [databaseUrl = "", apiUrl = "", token = "", channel = "", place = "none", what = "kill", leaseMs = "20000"] =
  argv.slice(2);
const database = openDatabase(databaseUrl, { maxConnections: 5, queryTimeoutMs: 5_000 });
const jobs = await startJobs(databaseUrl);
const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();
let done = false;
const deliver = deliverJob({
  database,
  jobs,
  log: silentLogger,
  slack: createSlackWeb({ token, apiUrl }),
  channel,
  leaseMs: Number(leaseMs),
  crashPoint: async (name) => {
    if (name !== place || done) return;
    done = true;
    stdout.write(`at ${name}\n`);
    if (what === "kill") process.kill(pid, "SIGKILL");
    if (what === "stop") process.kill(pid, "SIGSTOP");
    if (what === "wait") await lines.next();
    // The signal takes effect a moment later.
    else await new Promise((wake) => setTimeout(wake, 50));
  },
});
if (place === "none") {
  await jobs.work(queues.deliver, deliver, { concurrency: 2 });
  stdout.write("ready\n");
} else {
  stdout.write("ready\n");
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const told = await deliver({ incidentId: line.value }).then(
      () => "delivered",
      (error: unknown) => `refused: ${messageOf(error)}`,
    );
    stdout.write(`${told}\n`);
  }
  await jobs.stop();
  await database.close();
  exit(0);
}
