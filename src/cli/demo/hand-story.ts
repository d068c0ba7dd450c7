import type { IncidentView } from "../../bot/incident-view.ts";
import { nextStep } from "../../bot/next-step.ts";
import { cut } from "../../bot/words.ts";

/** With its zone: the evidence above it is in UTC. */
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const time = (ms: number) => clock.format(ms);

const done =
  "done         Detected, explained, repaired and verified. The post-mortem is in the incident's thread, and kubemend answers " +
  'questions there ("why did it restart?"); /incident help lists what else there is. Ctrl-C ends the demo.';

/** What the incident waits for, in the words of its message; undefined while nobody can do anything about it yet. */
function waitsFor(view: IncidentView): string | undefined {
  if (!view.diagnosis || view.fixes.some(({ plan, refusal }) => !plan && !refusal)) return undefined;
  const step = nextStep(view, { time, moment: (ms) => `at ${time(ms)}`, text: cut });
  return step && `now          ${step}`;
}

/** Tells who decides by hand what to do next, each time that changes; the first time also where. */
export function createHandStory(say: (line: string) => void, slackUrl: string): (view: IncidentView) => void {
  const told = new Map<string, string>();
  return (view) => {
    const { id, status } = view.incident;
    const helped = view.fixes.some(({ plan }) => plan?.verification?.verdict === "recovered");
    const line = status === "resolved" && helped ? done : waitsFor(view);
    if (line === undefined || told.get(id) === line) return;
    const where =
      told.size === 0
        ? `\n             Yours to decide, in the local Slack: Review shows exactly what would be done, Approve does it.\n             ${slackUrl}`
        : "";
    told.set(id, line);
    say(`${line}${where}`);
  };
}
