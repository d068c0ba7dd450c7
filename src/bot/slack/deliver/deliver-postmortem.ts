import type { IncidentView } from "../../incident-view.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import { deliverFile } from "./deliver-file.ts";
import type { PostedMessage } from "./deliver-once.ts";
import type { DeliverOutcome } from "./deliver-outcome.ts";

const key = "postmortem";
/** A verdict that is this much overdue (ms) does not come any more; the post-mortem then says what is known. */
const overdueMs = 120_000;
const lookAgainSeconds = 15;

/** An applied fix of which it is not known yet whether it helped. Plans are dated by the database, which lives in real time. */
function verdictPending({ fixes }: IncidentView): boolean {
  return fixes.some(({ plan }) => {
    if (plan?.plan.state !== "applied" || plan.verification !== null || plan.appliedAt === null) return false;
    return Date.now() - plan.appliedAt < plan.plan.verifyWithinMs + overdueMs;
  });
}

/** Puts `postmortem-<id>.md` into the thread of a resolved incident, once. */
export async function deliverPostmortem(
  deps: DeliverDeps,
  view: IncidentView,
  place: { readonly channel: string; readonly ts: string },
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<DeliverOutcome> {
  const { incident } = view;
  const isOver = incident.status === "resolved" && incident.mergedInto === undefined;
  if (!deps.postmortem || !isOver || posts.get(key)?.ts) return { type: "done" };
  if (verdictPending(view)) return { type: "again", afterSeconds: lookAgainSeconds, code: "verdict-pending" };
  const markdown = await deps.postmortem(incident.id);
  if (markdown === undefined) return { type: "done" };
  return await deliverFile(deps, incident.id, place, posts, {
    key,
    name: `postmortem-${incident.id}.md`,
    title: `Post-mortem of incident ${incident.id}`,
    content: Buffer.from(markdown, "utf8"),
  });
}
