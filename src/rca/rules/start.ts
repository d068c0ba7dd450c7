import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { signsOf } from "../gather/log-text.ts";
import { podFinding } from "../gather/object-state.ts";
import { called, citeChange, crashesOf, crashFindings } from "./patterns.ts";

const cannotStart =
  /exec(?:utable)?:? |no such file or directory|executable file not found|permission denied|exec format error|not a directory|stat \//i;

function badCommand(open: Case, workload: ObjectRef): readonly Candidate[] {
  const command = open.lastChange(workload, "command");
  for (const pod of open.podsOf(workload)) {
    for (const container of pod.containers) {
      const exit = container.lastExit;
      const text = `${container.message}\n${exit?.message ?? ""}`;
      const refused =
        /RunContainerError|CreateContainerError/.test(container.reason) ||
        exit?.reason === "StartError" ||
        exit?.reason === "ContainerCannotRun";
      const shell = exit?.exitCode === 126 || exit?.exitCode === 127;
      if (!(refused && cannotStart.test(text)) && !shell) continue;
      const image = open.lastChange(workload, "image");
      const change = command ?? image;
      return [
        candidate(
          {
            cause: "bad-command",
            culprit: workload,
            statement: `the command of container ${container.name} of ${called(workload)} cannot be started${command ? " since it was changed" : ""}`,
            evidence: [...open.cite(podFinding(pod, open.now)), ...citeChange(open, change)],
            specificity: (refused ? 0.93 : 0.85) + (change ? 0.04 : 0),
            facts: { container: container.name },
            ...(change ? { change } : {}),
          },
          open,
        ),
      ];
    }
  }
  // The interpreter starts, but does not find or understand what it was told to run.
  const crash = crashesOf(open, workload).find((item) =>
    item.words.some((line) => signsOf(line).includes("bad-command")),
  );
  if (!crash || (workload.kind === "CronJob" && !command)) return [];
  return [
    candidate(
      {
        cause: "bad-command",
        culprit: workload,
        statement: `container ${crash.container.name} of ${called(workload)} ends at once because its command or arguments are wrong`,
        evidence: [...open.cite(...crashFindings(open, crash)), ...citeChange(open, command)],
        specificity: (command ? 0.94 : 0.65) - (crash.container.init ? 0.1 : 0),
        facts: { container: crash.container.name },
        ...(command ? { change: command } : {}),
      },
      open,
    ),
  ];
}

function initFailure(open: Case, workload: ObjectRef): readonly Candidate[] {
  const crash = crashesOf(open, workload).find((item) => item.container.init);
  const killed = open
    .podsOf(workload)
    .find((pod) => pod.containers.some((container) => container.init && container.lastExit?.reason === "OOMKilled"));
  if (!crash && !killed) return [];
  const container = crash?.container.name ?? killed?.containers.find((item) => item.init)?.name ?? "init";
  const own = open
    .changesOf(workload)
    .filter((item) => item.fields.some((field) => field.container === container))
    .at(-1);
  const change = own ?? open.lastChange(workload, "image", "env", "command");
  return [
    candidate(
      {
        cause: "init-failure",
        culprit: workload,
        statement: `init container ${container} of ${called(workload)} fails${crash ? ` with exit code ${crash.exitCode}` : ""}, so its pods never start`,
        evidence: [
          ...(crash ? open.cite(...crashFindings(open, crash)) : open.cite(killed && podFinding(killed, open.now))),
          ...citeChange(open, change),
        ],
        specificity: own ? 0.97 : change ? 0.95 : 0.9,
        facts: { container },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Containers that cannot be started: wrong command, failing init container. */
export const start: Rule = (open) =>
  open.scope.flatMap((workload) => [...badCommand(open, workload), ...initFailure(open, workload)]);
