import type { Anomaly } from "../../incident/anomaly.ts";
import type { Incident } from "../../incident/incident.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import { worse } from "../../incident/severity.ts";
import type { Nature } from "../detector.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import type { GroupContext } from "./group-context.ts";
import { severityOf } from "./impact.ts";
import { affectedBy, leadOf, titleOf, visibleState } from "./lead.ts";

/** An incident and the anomalies that it is made of. */
export interface Group {
  incident: Incident;
  /** Active members by fingerprint. */
  readonly members: Map<string, LiveAnomaly>;
  readonly ended: Map<string, LiveAnomaly>;
  /** By fingerprint, of members that an earlier incident had as well: when that was over (ms). What it saw did not begin this one. */
  readonly notBefore: Map<string, number>;
  /** When what opened it began (ms); symptoms that join may be older. */
  readonly born: number;
  /** Ids of those that were open when it was opened, and of which no call was known either way. */
  readonly strangers: Set<string>;
  visible: string;
  /** Ended members that made room for others. */
  dropped: number;
}

/** When an anomaly began, as far as this incident goes (ms). */
export const beganAt = ({ fingerprint, startsAt }: Anomaly, { notBefore }: Pick<Group, "notBefore">): number =>
  Math.max(startsAt, notBefore.get(fingerprint) ?? startsAt);

/** Those that are there now; `ended` holds the others. */
export const membersOf = (group: Group): LiveAnomaly[] => [...group.members.values()];

/** Equal when the same detector says the same about the same object. */
export const groupKeyOf = ({ anomaly }: LiveAnomaly): string => `${refKey(anomaly.target)}|${anomaly.detector}`;

/** The incident as its members say it is now. */
export function redraw(group: Group, context: GroupContext, maxAnomalies: number): void {
  const members = membersOf(group);
  // Those that ended have their say too: symptoms outlast their cause by a window, and must not rename the incident.
  const all = [...group.ended.values(), ...members];
  const present = members.filter(({ lastSeenAt }) => lastSeenAt === context.now);
  const lead = leadOf(all, context);
  if (!lead) return;
  const kept = all.map(({ anomaly }) => anomaly).sort((a, b) => a.startsAt - b.startsAt);
  const { incident } = group;
  const { target } = lead.anomaly;
  group.incident = {
    ...incident,
    title: titleOf(lead),
    target,
    groupKey: groupKeyOf(lead),
    // What is on its way out, or restored and not yet seen again, says nothing about users now.
    severity: present.length > 0 ? worse(incident.severity, severityOf(present, target, context)) : incident.severity,
    affected: affectedBy(all, target),
    onset: kept.reduce((first, anomaly) => Math.min(first, beganAt(anomaly, group)), incident.onset),
    anomalies: kept.slice(0, maxAnomalies),
    anomaliesDropped: group.dropped + Math.max(0, kept.length - maxAnomalies),
  };
}

/** What a title says after the name of its object, which may have its kind before it. Names of roles hold any signs: no pattern is made of one. */
function afterName(title: string, name: string): string {
  for (const begin of [0, title.indexOf(" ") + 1])
    if (title.startsWith(`${name} `, begin)) return title.slice(begin + name.length + 1);
  return title;
}

/** An anomaly read back from a database; its headline is what the title said after the name. */
export function restored(anomaly: Anomaly, incident: Incident, natureOf: (detector: string) => Nature): LiveAnomaly {
  return {
    anomaly,
    nature: natureOf(anomaly.detector),
    headline: sameRef(anomaly.target, incident.target)
      ? afterName(incident.title, anomaly.target.name)
      : anomaly.summary,
    blames: [],
    related: [],
    soft: false,
    fading: false,
    lastSeenAt: incident.updatedAt,
  };
}

/** A group around its first anomaly, which began at `born` (ms). */
export function openedGroup(
  live: LiveAnomaly,
  {
    id,
    cluster,
    now,
    born,
  }: { readonly id: string; readonly cluster: string; readonly now: number; readonly born: number },
): Group {
  const { anomaly } = live;
  return {
    incident: {
      id,
      cluster,
      groupKey: groupKeyOf(live),
      title: titleOf(live),
      // Drawn from its members at the end of the tick.
      severity: "low",
      status: "open",
      openedAt: now,
      onset: born,
      updatedAt: now,
      target: anomaly.target,
      affected: [anomaly.target],
      anomalies: [anomaly],
      anomaliesDropped: 0,
    },
    members: new Map(),
    ended: new Map(),
    notBefore: new Map(),
    born,
    strangers: new Set(),
    visible: "",
    dropped: 0,
  };
}

/** The group of an incident of an earlier process, without its anomalies. */
export function knownGroup(incident: Incident): Group {
  return {
    incident,
    members: new Map(),
    ended: new Map(),
    // Its onset has taken account of them.
    notBefore: new Map(incident.anomalies.map(({ fingerprint }) => [fingerprint, incident.onset])),
    born: incident.onset,
    strangers: new Set(),
    visible: visibleState(incident),
    dropped: incident.anomaliesDropped,
  };
}
