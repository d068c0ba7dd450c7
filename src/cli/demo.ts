import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPolicy } from "../actions/policy/policy-file.ts";
import { buildView } from "../app/view/build-view.ts";
import { configSchema } from "../config/config.ts";
import { inputError } from "../lib/app-error.ts";
import { isoTime, systemClock } from "../lib/clock.ts";
import { createLogger } from "../lib/logger.ts";
import { startLocalSlack } from "../local-slack/start-local-slack.ts";
import { startKubemend } from "../main.ts";
import { createRedactor } from "../rca/redact/redactor.ts";
import { demoRecordingFolder } from "../replay/demo-recording.ts";
import { loadTruth } from "../replay/player/load-truth.ts";
import { loadRecording } from "../replay/recording/load-recording.ts";
import { serveRecording } from "../replay/serve.ts";
import { createVirtualClock } from "../replay/virtual-clock.ts";
import { listIncidents } from "../store/incidents/incidents.ts";
import { openStore } from "../store/open-store.ts";
import { approveFirstFix } from "./demo/approve-first-fix.ts";
import { demoTime } from "./demo/demo-time.ts";
import { createHandStory } from "./demo/hand-story.ts";
import { introduction } from "./demo/introduction.ts";
import { createStory } from "./demo/story.ts";
import { logLevel } from "./log-level.ts";
import { numberOption } from "./number-option.ts";
import { startProgress } from "./progress.ts";
import { stopSignal } from "./stop-signal.ts";
import { wrapLine } from "./wrap-line.ts";

export interface DemoOptions {
  readonly autoApprove?: boolean;
  readonly recording?: string;
  readonly port: string;
  readonly leadIn: string;
}

const channel = "incidents";
const people = [
  { id: "U0OPERATOR", name: "oncall", real_name: "On-call engineer", email: "oncall@example.com" },
  { id: "U0COLLEAGUE", name: "colleague", real_name: "A colleague", email: "colleague@example.com" },
  { id: "U0GUEST", name: "guest", real_name: "A guest", is_restricted: true },
];
/** With --auto-approve the whole story has to be over by then, real time. */
const patienceMs = 170_000;
const lookEveryMs = 300;
/** Where the words begin, after the seconds and what kind of news it is. */
const textColumn = 20;

/** `kubemend demo`: everything on this machine – a recorded cluster that is served again, a local Slack, a database of its own. */
export async function demo(options: DemoOptions): Promise<void> {
  using stopping = stopSignal({ first: () => process.stderr.write("\nStopping; Ctrl-C again ends it at once.\n") });
  try {
    await play(options, stopping.signal);
  } catch (error) {
    // What a Ctrl-C cuts off on the way up is no fault.
    if (!stopping.signal.aborted) throw error;
  }
}

async function play(options: DemoOptions, stopping: AbortSignal): Promise<void> {
  const leadInSpeed = numberOption("lead-in", options.leadIn, { command: "demo", min: 1, max: 200 });
  const port = numberOption("port", options.port, { command: "demo", min: 0, max: 65_535, whole: true });
  const folder = options.recording ?? demoRecordingFolder;
  const log = createLogger({
    level: logLevel(process.env["KUBEMEND_LOG_LEVEL"], "silent"),
    redact: createRedactor().redact,
  });
  const startedAt = performance.now();
  const print = (line: string, indent = 0) =>
    console.log(process.stdout.isTTY ? wrapLine(line, process.stdout.columns, indent) : line);
  const say = (lines: string) => {
    const at = `${Math.round((performance.now() - startedAt) / 1_000)} s`.padStart(5);
    for (const [i, line] of lines.split("\n").entries()) print(`${i === 0 ? at : "     "}  ${line}`, textColumn);
  };
  const progress = startProgress("Starting");

  await using resources = new AsyncDisposableStack();
  const recording = await loadRecording(folder);
  const faults = await loadTruth(folder);
  const data = await mkdtemp(join(tmpdir(), "kubemend-demo-"));
  // The embedded PostgreSQL may run as another user, who has to get there.
  await chmod(data, 0o711);
  resources.defer(() => rm(data, { recursive: true, force: true }));
  const store = resources.use(
    await openStore({
      dataFolder: data,
      log,
    }),
  );
  const slack = resources.use(
    await startLocalSlack({
      port,
      users: people,
      channels: [{ id: "C0INCIDENTS", name: channel, topic: "Incidents of the demo cluster" }],
      shortcuts: [
        { callback_id: "declare_incident", name: "Declare incident", type: "message" },
        { callback_id: "add_to_timeline", name: "Add to timeline", type: "message" },
      ],
      commands: [
        {
          command: "/incident",
          description: "Incidents and their fixes",
          usage_hint: "list | show 1 | silence | help",
        },
      ],
    }),
  );
  const time = demoTime({
    recordingStart: recording.start,
    injectedAt: faults[0]?.injectedAt,
    leadInSpeed,
    now: Date.now(),
  });
  const clock = createVirtualClock({ startAt: time.startAt, speed: 1 });
  const cluster = await serveRecording({
    recording,
    faults,
    clock,
    speed: 1,
    leadInSpeed,
    leadInMarginMs: time.leadInMarginMs,
  });
  resources.defer(() => cluster.close());
  const config = configSchema.parse({
    cluster: recording.header.name,
    slack: {
      botToken: slack.botToken,
      signingSecret: slack.signingSecret,
      apiUrl: slack.apiUrl,
      channel: "C0INCIDENTS",
    },
    model: {
      apiKey: process.env["OPENAI_API_KEY"] || undefined,
      baseUrl: process.env["OPENAI_BASE_URL"] || undefined,
      name: process.env["KUBEMEND_MODEL"] || undefined,
    },
    web: { port: 0 },
    detection: { scrapeSeconds: recording.header.scrapeIntervalSeconds, learnMinutes: 3 },
  });
  const kubemend = resources.use(
    await startKubemend({
      config,
      policy: defaultPolicy,
      role: "all",
      store,
      kubeConfig: cluster.kubeconfig,
      log,
      clock,
    }),
  );
  slack.setBotUrl(`${kubemend.url}/slack/events`);
  progress.end();

  for (const line of introduction({ slack: slack.url, web: kubemend.url })) print(line);
  say(`playing      "${recording.header.name}": ${recording.header.description}`);
  say("watching     the quiet minutes before the incident pass quickly; kubemend learns what is normal");

  // Half a minute passes before there is anything to tell.
  const leadIn = resources.adopt(startProgress("Watching"), (line) => line.end());
  const tell = createStory((line) => {
    leadIn.end();
    say(line);
  });
  const tellHand = createHandStory(say, slack.url);
  let approved = false;
  let over = false;
  const watch = async (): Promise<void> => {
    for (;;) {
      const incidents = await listIncidents(store.database, { limit: 20 });
      if (incidents.length === 0)
        leadIn.say(`Watching; the recorded cluster is at ${isoTime(clock.now()).slice(11, 19)} UTC`);
      for (const { id } of incidents.reverse()) {
        const view = await buildView(store.database, id);
        if (!view) continue;
        tell(view);
        const offered = view.fixes.some((fix) => fix.plan?.plan.state === "proposed");
        if (offered && options.autoApprove && !approved) {
          approved = await approveFirstFix(slack, view, { channel, userId: "U0OPERATOR" });
          if (approved) say("click        Approve, in the local Slack, as the person on call");
        }
        if (!options.autoApprove) tellHand(view);
        const helped = view.fixes.some((fix) => fix.plan?.verification?.verdict === "recovered");
        if (options.autoApprove && view.incident.status === "resolved" && helped) {
          say(
            `done         detected, explained, repaired and verified in ${Math.round((performance.now() - startedAt) / 1_000)} s`,
          );
          return;
        }
      }
      // After the recording its last minute comes again and again; jobs and schedules that nobody runs there would be taken
      // for trouble.
      const settled = incidents.every(({ status }) => status === "resolved");
      if (!over && incidents.length > 0 && settled && cluster.player.state === "ended") {
        over = true;
        clock.pause();
        say(
          "over         the recording has ended and its time stands still; everything can still be read. Ctrl-C ends the demo",
        );
      }
      if (options.autoApprove && performance.now() - startedAt > patienceMs)
        throw inputError(
          "demo-timeout",
          `The demo was not over after ${patienceMs / 1_000} s.`,
          "Run it again with KUBEMEND_LOG_LEVEL=info to see why; a slow machine may want a smaller --lead-in.",
        );
      await systemClock.sleep(lookEveryMs);
    }
  };
  if (stopping.aborted) return;
  await Promise.race([watch(), once(stopping, "abort"), kubemend.done]);
}
