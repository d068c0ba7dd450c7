import { cameBack } from "../incident/came-back.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentStatus } from "../incident/status.ts";
import { duration } from "../lib/duration.ts";

/** How an incident stands, as people say it; the same on every surface. True also between a fix that failed and the next. */
export const statusWords: Readonly<Record<IncidentStatus, string>> = {
  open: "open",
  acknowledged: "acknowledged",
  mitigating: "under repair",
  resolved: "resolved",
  reopened: "back again",
};

/** The same of an incident, which may have become a part of another one. */
export const standsWords = ({
  status,
  mergedInto,
}: {
  readonly status: IncidentStatus;
  readonly mergedInto?: string | null | undefined;
}): string => (status === "resolved" && mergedInto ? `merged into ${mergedInto}` : statusWords[status]);

/** How long detection took, which is said of the first time. */
export const detectedWords = (incident: Pick<Incident, "openedAt" | "onset">): string =>
  cameBack(incident) ? "came back" : `detected after ${duration(incident.openedAt - incident.onset)}`;

/** Cuts at a limit in UTF-16 units without splitting a pair, and says that it did. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.charCodeAt(limit - 2);
  return `${text.slice(0, end >= 0xd800 && end <= 0xdbff ? limit - 2 : limit - 1)}…`;
}

/** What is left of a name that takes the place of what is said about it. */
const nameEnds = { first: 24, last: 12 } as const;
const longName = new RegExp(
  `(?<![\\w.-])([\\w][\\w.-]{${nameEnds.first - 1}})[\\w.-]{8,}([\\w.-]{${nameEnds.last}})(?![\\w.-])`,
  "g",
);

/** A title within a limit: names as long as Kubernetes allows are shortened in their middle, so that what happened to them is read. */
export function cutTitle(title: string, limit: number): string {
  return title.length <= limit ? title : cut(title.replace(longName, "$1…$2"), limit);
}

/** Words for a probability, so that 0.93 and 0.51 do not read alike. */
export function confidenceWords(probability: number): string {
  if (probability >= 0.9) return "almost certain";
  if (probability >= 0.75) return "very likely";
  if (probability >= 0.55) return "likely";
  if (probability >= 0.35) return "possible";
  return "a guess";
}

/** With a capital, as a sentence of its own; names that begin it stay as they are where they have no case. */
export const upperFirst = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** Never 0 % and never 100 %: nothing that is estimated is certain. */
export function percent(probability: number): string {
  return `${Math.round(Math.min(0.99, Math.max(0.01, probability)) * 100)} %`;
}
