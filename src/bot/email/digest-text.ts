import { causeTitles } from "../../incident/cause.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Digest, DigestIncident } from "../../incident/report/digest.ts";
import { matcherText } from "../../incident/silence.ts";
import { duration } from "../../lib/duration.ts";
import { visibleLine } from "../../lib/visible-text.ts";
import { statusWords } from "../words.ts";
import {
  auditWords,
  causeWords,
  compared,
  type MailClock,
  outcomeWords,
  quietWords,
  takenBackWords,
  tookWords,
  whenWords,
} from "./mail-words.ts";

/** Where an incident can be looked at; undefined where pages have no address. */
export type LinkOf = ((incidentId: string) => string) | undefined;

const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", title, ...lines]);
const andMore = (more: number, where?: string): string[] =>
  more > 0 ? [`  and ${more} more${where ? `: ${where}` : ""}`] : [];

function incidentLines(one: DigestIncident, clock: MailClock, link: LinkOf): string[] {
  const end =
    one.resolvedAt === undefined
      ? statusWords[one.status]
      : `resolved after ${duration(one.resolvedAt - one.openedAt)}`;
  const { cause } = one;
  return [
    `- [${one.severity}] ${one.title} (${whenWords(one, clock)}, ${end})`,
    ...(cause ? [`  ${causeWords(cause)}`] : []),
    ...(link ? [`  ${link(one.id)}`] : []),
  ];
}

/** Where all of them are listed; undefined where pages have no address. */
export const listOf = (link: LinkOf, query = ""): string | undefined =>
  link && new URL(`/incidents${query}`, link("1")).href;

/** Opened in this time and not told among those that are open. */
export const recentOthers = ({ open, recent }: Digest): readonly DigestIncident[] =>
  recent.filter(({ id }) => !open.some((one) => one.id === id));

/** The digest for readers without HTML: the same as the template says. */
export function digestText(digest: Digest, clock: MailClock, link: LinkOf): string {
  const { open, openMore, recentMore } = digest;
  const quiet = quietWords(digest);
  const incidents = (list: readonly DigestIncident[]) => list.flatMap((one) => incidentLines(one, clock, link));
  return [
    `${digest.cluster}, ${clock.full(digest.from)} to ${clock.full(digest.to)}`,
    "",
    ...(quiet ? [quiet, ""] : []),
    `Opened           ${compared(digest.opened, digest.before.opened)}`,
    `Resolved         ${compared(digest.resolved, digest.before.resolved)}`,
    `Open now         ${open.length + openMore}`,
    `Time to detect   ${tookWords(digest.timeToDetect)}`,
    `Time to recover  ${tookWords(digest.timeToRecover)}`,
    ...part("OPEN", [...incidents(open), ...andMore(openMore, listOf(link, "?status=unresolved"))]),
    ...part(open.length > 0 ? "ALSO OPENED IN THIS TIME" : "OPENED IN THIS TIME", [
      ...incidents(recentOthers(digest)),
      ...andMore(recentMore, listOf(link)),
    ]),
    ...part(
      "CAUSES",
      digest.causes.map((one) => `- ${one.incidents} x ${causeTitles[one.cause]}, last at ${refText(one.culprit)}`),
    ),
    ...part(
      "CHANGES",
      digest.fixes.map(
        (one) => `- ${one.title} (${clock.short(one.at)}, incident ${one.incidentId}): ${outcomeWords[one.outcome]}`,
      ),
    ),
    ...part(
      "RUNNING OUT",
      digest.predicted.map((one) => `- ${one.text}; incident ${one.incidentId}, ${one.open ? "open" : "resolved"}`),
    ),
    ...part(
      "NOISY DETECTORS (their incidents went away before anybody did anything)",
      digest.noisy.map((one) => `- ${one.detector}: ${one.passing} of ${one.incidents}`),
    ),
    ...part("RISKS", [
      ...digest.risks.flatMap((one) => [
        `- ${one.isNew ? "new: " : ""}${refText(one.target)}: ${one.text}`,
        `  ${one.advice}`,
      ]),
      ...andMore(digest.risksMore),
    ]),
    ...part(
      "SILENCES THAT END SOON",
      digest.ending.map(
        (one) => `- ${matcherText(one.matcher)} until ${clock.short(one.until)}, by ${one.by.name}: ${one.reason}`,
      ),
    ),
    ...(digest.takenBack ? ["", takenBackWords(digest.takenBack)] : []),
    ...(digest.audit ? ["", auditWords(digest.audit)] : []),
  ]
    .map(visibleLine)
    .join("\n");
}
