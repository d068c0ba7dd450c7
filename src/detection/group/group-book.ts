import type { LiveAnomaly } from "../live-anomaly.ts";
import { type Group, membersOf } from "./incident-draft.ts";

/** Incidents held at a time, resolved ones included; the oldest resolved give way. */
const maxIncidents = 1_000;
/** Members that are asked whether something belongs to them; a storm has thousands that would say the same. */
const maxAsked = 100;

/** The incidents that are held, and which of them each anomaly is a member of. The grouper owns one; all else is given it. */
export interface GroupBook {
  /** By the incident's id, in the order in which they were opened or restored. */
  readonly groups: Map<string, Group>;
  /** By the anomaly's fingerprint. An incident resolved by hand keeps its members here until they end or find another. */
  readonly home: Map<string, Group>;
}

/** Whether anomalies may still join: resolved incidents only come back, or are forgotten. */
export const isOpen = ({ incident }: Group): boolean => incident.status !== "resolved";

/** Groups that anomalies may join. */
export const openGroups = ({ groups }: GroupBook): Group[] => [...groups.values()].filter(isOpen);

/** Those who speak for all of a group's active members. */
export const askedOf = (group: Group): LiveAnomaly[] => membersOf(group).slice(0, maxAsked);

/**
 * Those who say whether something belongs to a group. Without active members the ended ones know: what comes right after
 * them is of the same trouble, while the incident waits to be cleared.
 */
export function witnessesOf(group: Group): LiveAnomaly[] {
  return group.members.size > 0 ? askedOf(group) : [...group.ended.values()].slice(0, maxAsked);
}

/** When the last incident that had the same anomaly, `group` aside, was over with it (ms); undefined when none had. */
export function overElsewhere(
  { anomaly }: LiveAnomaly,
  { groups }: GroupBook,
  group: Group | undefined,
): number | undefined {
  let over: number | undefined;
  for (const other of groups.values()) {
    const endsAt = other === group ? undefined : other.ended.get(anomaly.fingerprint)?.anomaly.endsAt;
    if (endsAt !== undefined && endsAt > (over ?? anomaly.startsAt)) over = endsAt;
  }
  return over;
}

/** Makes an anomaly an active member of a group. */
export function place(live: LiveAnomaly, group: Group, book: GroupBook): void {
  const { home } = book;
  const { fingerprint } = live.anomaly;
  const over = overElsewhere(live, book, group);
  if (over !== undefined) group.notBefore.set(fingerprint, Math.max(over, group.notBefore.get(fingerprint) ?? over));
  group.ended.delete(fingerprint);
  group.members.set(fingerprint, live);
  home.set(fingerprint, group);
}

/**
 * Takes ended anomalies from the active members of their groups. They stay with the group, which may come back with them.
 * @param maxAnomalies ended ones kept in a group; the oldest make room, and are counted
 * @param touched is given the groups that are less by one
 */
export function retire(
  ended: readonly LiveAnomaly[],
  { home }: GroupBook,
  maxAnomalies: number,
  touched: Set<Group>,
): void {
  for (const live of ended) {
    const { fingerprint } = live.anomaly;
    const group = home.get(fingerprint);
    home.delete(fingerprint);
    if (!group) continue;
    group.members.delete(fingerprint);
    group.ended.set(fingerprint, live);
    if (group.ended.size > maxAnomalies) {
      const oldest = group.ended.keys().next().value;
      if (oldest !== undefined) group.ended.delete(oldest);
      if (oldest !== undefined) group.notBefore.delete(oldest);
      group.dropped++;
    }
    touched.add(group);
  }
}

/** Keeps the book within its bound. Open incidents stay, however many: people wait for word of them. */
export function forgetOld({ groups }: GroupBook): void {
  for (const [id, group] of groups) {
    if (groups.size <= maxIncidents) return;
    if (!isOpen(group)) groups.delete(id);
  }
}
