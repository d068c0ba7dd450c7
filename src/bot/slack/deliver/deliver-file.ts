import { digestOf } from "../../../lib/stable-hash.ts";
import { fileTitle } from "../render/text.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import type { PostedMessage } from "./deliver-once.ts";
import { type DeliverOutcome, outcomeOf } from "./deliver-outcome.ts";

/** One file in the thread of an incident. `key` is equal for the same file made again, so that it is put there once. */
export interface ThreadFile {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly content: Buffer;
  readonly altText?: string;
}

/** Puts a file into the thread, once: announced before, looked for when it is not sure whether it arrived, noted after. */
export async function deliverFile(
  deps: Pick<DeliverDeps, "slack" | "book">,
  incidentId: string,
  place: { readonly channel: string; readonly ts: string },
  posts: ReadonlyMap<string, PostedMessage>,
  { key, name, title, content, altText }: ThreadFile,
): Promise<DeliverOutcome> {
  const known = posts.get(key);
  if (known?.ts) return { type: "done" };
  const note = (fileId: string) =>
    deps.book.record(incidentId, key, { channel: place.channel, ts: fileId, contentHash: digestOf(name) });
  const first = known === undefined && (await deps.book.announce(incidentId, key, place.channel));
  if (!first) {
    const found = await deps.slack.findFile(place.channel, place.ts, name);
    if (!found.ok && found.failure.type !== "never") return outcomeOf(found.failure);
    if (found.ok && found.value) {
      await note(found.value.fileId);
      return { type: "done" };
    }
  }
  const into = { channel: place.channel, threadTs: place.ts };
  const sent = await deps.slack.upload({
    name,
    title: fileTitle(title),
    content,
    into,
    ...(altText ? { altText } : {}),
  });
  if (sent.ok) {
    await note(sent.value.fileId);
    return { type: "done" };
  }
  if (sent.failure.type !== "unsure") await deps.book.withdraw(incidentId, key);
  return outcomeOf(sent.failure);
}
