import { sameRef } from "../../incident/object-ref.ts";
import { advance } from "../../incident/status.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { type GroupBook, isOpen, overElsewhere } from "./group-book.ts";
import { beganAt, type Group, groupKeyOf, openedGroup } from "./incident-draft.ts";
import type { News } from "./news.ts";

/** A resolved incident is reopened when its trouble comes back within this time. */
export const recurrenceMs = 15 * 60_000;

/** Of what was merged comes back what it was merged into, unless that is open: then this has left it. */
function whole(group: Group, { groups }: GroupBook, now: number): Group {
  const other = groups.get(group.incident.mergedInto ?? "");
  return other && !isOpen(other) && now - (other.incident.resolvedAt ?? 0) <= recurrenceMs ? other : group;
}

/** The incident, resolved a short while ago, whose trouble this is again. */
function recurring(live: LiveAnomaly, book: GroupBook, now: number): Group | undefined {
  const { groups } = book;
  for (const group of groups.values()) {
    const { incident, ended } = group;
    if (isOpen(group) || now - (incident.resolvedAt ?? 0) > recurrenceMs) continue;
    const before = ended.get(live.anomaly.fingerprint);
    // Another reason on the same object is another story: a missing ConfigMap, and later a command that is not there.
    const same =
      incident.groupKey === groupKeyOf(live) &&
      incident.anomalies.some(
        ({ reason, target }) => reason === live.anomaly.reason && sameRef(target, live.anomaly.target),
      );
    if (same || (before && sameRef(before.anomaly.target, incident.target))) return whole(group, book, now);
  }
  return undefined;
}

function reopen(group: Group, live: LiveAnomaly, { groups }: GroupBook, { recurred }: News): void {
  const outcome = advance(group.incident.status, "recur");
  if (!outcome.ok) return;
  // What has left another one by a reason of its own does not go back there.
  groups.get(group.incident.mergedInto ?? "")?.strangers.delete(group.incident.id);
  group.strangers.clear();
  const { resolvedAt: _resolvedAt, mergedInto: _mergedInto, ...rest } = group.incident;
  // What is sought is what brought it back, not what began it the first time.
  group.notBefore.clear();
  for (const [fingerprint, { anomaly }] of group.ended)
    if (anomaly.endsAt !== undefined) group.notBefore.set(fingerprint, anomaly.endsAt);
  group.incident = { ...rest, status: outcome.status, onset: beganAt(live.anomaly, group) };
  group.ended.clear();
  recurred.add(group);
}

/**
 * For an anomaly that belongs to no open incident: the incident that comes back with it, or a new one, which is entered in
 * the book. The anomaly itself is not placed yet.
 * @param about `nextId` is asked only for a new one: each answer uses up an id; `now` in ms
 */
export function newHome(
  live: LiveAnomaly,
  book: GroupBook,
  about: { readonly cluster: string; readonly nextId: () => string; readonly now: number },
  news: News,
): Group {
  const { cluster, nextId, now } = about;
  const back = recurring(live, book, now);
  if (back) {
    reopen(back, live, book, news);
    return back;
  }
  const born = overElsewhere(live, book, undefined) ?? live.anomaly.startsAt;
  const group = openedGroup(live, { id: nextId(), cluster, now, born });
  book.groups.set(group.incident.id, group);
  news.opened.add(group);
  return group;
}
