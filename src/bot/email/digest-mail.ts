import { type Digest, periodMs } from "../../incident/report/digest.ts";
import { severities } from "../../incident/severity.ts";
import type { BarData } from "../charts/chart-data.ts";
import { digestText, type LinkOf, listOf, recentOthers } from "./digest-text.ts";
import { footerLines, type Mail, messageIdOf, subjectText } from "./mail.ts";
import { clockOf, digestSubject, severityColours } from "./mail-words.ts";
import { renderHtml } from "./render-html.ts";

export interface DigestMailOptions {
  /** IANA name of the reader's time zone. */
  readonly timeZone: string;
  readonly from: string;
  /** Tells this digest from every other; the same for the same one. */
  readonly key: string;
  readonly link: LinkOf;
  readonly chart: Buffer | undefined;
  /** Ends the mails to this copy's reader; absent where pages have no address. */
  readonly unsubscribeUrl?: string | undefined;
}

const footer = "You get this because your address is in kubemend's settings (email.to).";

/** Bars of the incidents opened; undefined when there was none, and nothing to see. */
export function digestChart(digest: Digest, timeZone: string): BarData | undefined {
  if (digest.opened === 0) return undefined;
  return {
    title: "Incidents opened",
    labels: severities.map((label) => ({ label, colour: severityColours[label] })),
    bars: digest.slices.map(({ at, opened }) => ({ at, counts: severities.map((severity) => opened[severity]) })),
    sliceMs: periodMs[digest.period] / digest.slices.length,
    timeZone,
  };
}

/** A digest as a mail. Pure. */
export function digestMail(digest: Digest, options: DigestMailOptions): Mail {
  const { timeZone, from, key, link, chart, unsubscribeUrl } = options;
  const clock = clockOf(timeZone);
  const subject = subjectText(digestSubject(digest));
  const cid = chart ? "incidents-opened@kubemend" : undefined;
  const heading = `${digest.period === "daily" ? "Daily" : "Weekly"} digest of ${digest.cluster}`;
  return {
    subject,
    text: [digestText(digest, clock, link), "", ...footerLines(footer, unsubscribeUrl)].join("\n"),
    html: renderHtml("digest", {
      digest,
      recent: recentOthers(digest),
      all: listOf(link),
      allOpen: listOf(link, "?status=unresolved"),
      clock,
      link,
      subject,
      heading,
      footer,
      unsubscribeUrl,
      chart: cid,
    }),
    pictures: chart && cid ? [{ cid, name: "incidents-opened.png", png: chart }] : [],
    messageId: messageIdOf(key, from),
  };
}
