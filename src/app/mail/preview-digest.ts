import { digestText } from "../../bot/email/digest-text.ts";
import { clockOf, digestSubject } from "../../bot/email/mail-words.ts";
import type { DigestPreview } from "../../bot/web/pages-port.ts";
import type { Redacted } from "../../incident/redacted.ts";
import { digestOf } from "./digest-of.ts";
import type { MailDeps } from "./mail-deps.ts";
import { linkTo } from "./mail-parts.ts";

/** What the next digest would say, for the page. */
export async function previewDigest(
  deps: Pick<MailDeps, "database" | "cluster" | "redact" | "webUrl"> & { readonly timeZone: string },
  now: number,
): Promise<DigestPreview> {
  const digest = await digestOf(deps, "daily", now);
  const text = digestText(digest, clockOf(deps.timeZone), linkTo(deps.webUrl));
  // Everything that a digest quotes was redacted when it was put together.
  return { subject: digestSubject(digest), text: text as Redacted };
}
