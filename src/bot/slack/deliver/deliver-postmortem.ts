import { digestOf } from "../../../lib/stable-hash.ts";
import type { IncidentView } from "../../incident-view.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import type { PostedMessage } from "./deliver-once.ts";
import { type DeliverOutcome, outcomeOf } from "./deliver-outcome.ts";

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

/**
 * Puts `postmortem-<id>.md` into the thread of a resolved incident, once: announced before, looked for when it is not sure
 * whether an earlier attempt arrived, noted after.
 */
export async function deliverPostmortem(
  deps: DeliverDeps,
  view: IncidentView,
  place: { readonly channel: string; readonly ts: string },
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<DeliverOutcome> {
  const { incident } = view;
  const known = posts.get(key);
  if (!deps.postmortem || incident.status !== "resolved" || known?.ts) return { type: "done" };
  if (verdictPending(view)) return { type: "again", afterSeconds: lookAgainSeconds, code: "verdict-pending" };
  const markdown = await deps.postmortem(incident.id);
  if (markdown === undefined) return { type: "done" };
  const name = `postmortem-${incident.id}.md`;
  const note = (fileId: string) =>
    deps.book.record(incident.id, key, { channel: place.channel, ts: fileId, contentHash: digestOf(markdown) });

  const first = known === undefined && (await deps.book.announce(incident.id, key, place.channel));
  if (!first) {
    const found = await deps.slack.findFile(place.channel, place.ts, name);
    if (!found.ok && found.failure.type !== "never") return outcomeOf(found.failure);
    if (found.ok && found.value) {
      await note(found.value.fileId);
      return { type: "done" };
    }
  }
  const sent = await deps.slack.upload({
    name,
    title: `Post-mortem of incident ${incident.id}`,
    content: Buffer.from(markdown, "utf8"),
    into: { channel: place.channel, threadTs: place.ts },
  });
  if (sent.ok) {
    await note(sent.value.fileId);
    return { type: "done" };
  }
  if (sent.failure.type !== "unsure") await deps.book.withdraw(incident.id, key);
  return outcomeOf(sent.failure);
}
