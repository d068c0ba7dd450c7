import type { Candidate } from "../case/candidate.ts";
import { type Fix, guide } from "./fix.ts";
import { restart } from "./resources.ts";

/** For who keeps the data of callers that hang, and says nothing itself: what its sessions wait for is asked before they are ended. */
export function waitedForFixes({ culprit, facts }: Candidate): readonly (Fix | undefined)[] | undefined {
  if (!facts.callers) return undefined;
  const callers = facts.callers.map(({ name }) => name).join(" or ");
  return [
    guide(
      culprit,
      [
        `Ask ${culprit.name} what its sessions do and wait for: a lock that somebody holds, a query that takes minutes, a full disk.`,
        "End the session that holds up the others.",
        `If they wait for nothing, ask a pod of ${callers} where its threads stand.`,
      ],
      "what its callers wait for is seen there",
      0.75,
    ),
    restart(culprit, "ends all its sessions, and with them whatever they hold", 0.5),
  ];
}
