import { digestOf } from "../../../lib/stable-hash.ts";
import type { IncidentView } from "../../incident-view.ts";
import { cut } from "../../words.ts";
import { fixTitle } from "../render/fix-title.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import { deliverFile, type ThreadFile } from "./deliver-file.ts";
import type { PostedMessage } from "./deliver-once.ts";
import type { DeliverOutcome } from "./deliver-outcome.ts";

/** More advice than this is in the message; a thread of files helps nobody. */
const commitsShown = 3;

/** Patches that a person can commit where the object is kept, because kubemend's change would be put back there. */
function commitFiles(view: IncidentView): ThreadFile[] {
  return view.fixes
    .flatMap((fix) => {
      const commit = fix.refusal?.commit;
      if (!commit) return [];
      // The same advice of a later diagnosis is the same file.
      const key = `commit:${digestOf(commit.text).slice(0, 16)}`;
      const title = cut(`To commit: ${fixTitle(fix)}`, 200);
      return [{ key, name: commit.name, title, content: Buffer.from(commit.text, "utf8") }];
    })
    .slice(0, commitsShown);
}

/** How things were before a change and after it, for each change that was judged. */
async function verdictCharts(
  deps: DeliverDeps,
  view: IncidentView,
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<ThreadFile[]> {
  const files: ThreadFile[] = [];
  for (const fix of view.fixes) {
    const { plan } = fix;
    if (!plan?.verification || plan.verification.verdict === "unknown") continue;
    const key = `verified:${plan.plan.id}`;
    if (posts.get(key)?.ts) continue;
    // A picture that cannot be drawn never holds the words back.
    const content = await deps.drawVerdict?.(view, plan).catch(() => undefined);
    if (!content) continue;
    files.push({
      key,
      name: `before-after-${plan.plan.id}.png`,
      title: cut(`Before and after: ${fixTitle(fix)}`, 200),
      altText: "The series that showed the trouble, before and after the change",
      content,
    });
  }
  return files;
}

/** Everything that is put into the thread as a file, in order; one that Slack refuses for good does not hold up the next. */
export async function deliverAttachments(
  deps: DeliverDeps,
  view: IncidentView,
  place: { readonly channel: string; readonly ts: string },
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<DeliverOutcome> {
  let refused: DeliverOutcome | undefined;
  for (const file of [...commitFiles(view), ...(await verdictCharts(deps, view, posts))]) {
    const outcome = await deliverFile(deps, view.incident.id, place, posts, file);
    if (outcome.type === "again") return outcome;
    if (outcome.type === "refused") refused ??= outcome;
  }
  return refused ?? { type: "done" };
}
