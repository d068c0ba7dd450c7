import { collect } from "../../cluster/reach.ts";
import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import { advance } from "../../incident/status.ts";
import type { Nature } from "../detector.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import type { GroupContext } from "./group-context.ts";
import { type Group, groupKeyOf, knownGroup, membersOf, openedGroup, redraw, restored } from "./incident-draft.ts";
import { visibleState } from "./lead.ts";
import { isUndecided, relation, standsAlone } from "./relate.ts";

/** A resolved incident is reopened when its trouble comes back within this time. */
const recurrenceMs = 15 * 60_000;
/** Incidents held at a time, resolved ones included; the oldest resolved give way. */
const maxIncidents = 1_000;

export interface GrouperOptions {
  readonly cluster: string;
  readonly nextId: () => string;
  /** Anomalies kept in one incident; more are counted. */
  readonly maxAnomalies?: number;
  readonly natureOf: (detector: string) => Nature;
}

export interface Grouper {
  /**
   * Takes the anomalies of this tick: those that are there, and those that ended since. `mayOpen` is asked before one opens
   * an incident of its own; `settled` before an incident without anomalies is cleared.
   */
  advance(
    active: readonly LiveAnomaly[],
    ended: readonly LiveAnomaly[],
    context: GroupContext,
    ask: { mayOpen(live: LiveAnomaly): boolean; settled(incident: Incident): boolean },
  ): IncidentChange[];
  incidents(): readonly Incident[];
  restore(incidents: readonly Incident[]): void;
  /** Anomalies that are members of open incidents. */
  activeMembers(): readonly LiveAnomaly[];
  /** Takes over what people and actions did to an incident (acknowledged, mitigating, resolved by hand). */
  replace(incident: Incident): void;
  /** Lets go of some without a word: they go on elsewhere. Their anomalies are without an incident then. */
  forget(which: (incident: Incident) => boolean): void;
}

/** Members that are asked whether something belongs to them; a storm has thousands that would say the same. */
const maxAsked = 100;
/** Detectors that look at windows date one thing as differently as this. */
const withinMs = 30_000;
/** A relation from here on is more than that things happened at the same time. */
const surely = 45;

const isOpen = ({ incident }: Group) => incident.status !== "resolved";

/** Groups that this tick has opened, opened again, or changed. */
interface News {
  readonly opened: Set<Group>;
  readonly recurred: Set<Group>;
  readonly touched: Set<Group>;
}

export function createGrouper(options: GrouperOptions): Grouper {
  const maxAnomalies = options.maxAnomalies ?? 200;
  const groups = new Map<string, Group>();
  const home = new Map<string, Group>();

  /** The open incident that it belongs to; "undecided" when a moment will tell. */
  function bestHome(live: LiveAnomaly, context: GroupContext): Group | "undecided" | undefined {
    let best: Group | undefined;
    let bestScore = 0;
    for (const group of groups.values()) {
      if (!isOpen(group)) continue;
      const members = group.members.size > 0 ? membersOf(group) : [...group.ended.values()];
      const score = relation(live, members.slice(0, maxAsked), group.incident.target, context);
      if (
        score > bestScore ||
        (score === bestScore && score > 0 && best && group.incident.onset > best.incident.onset)
      ) {
        best = group;
        bestScore = score;
      }
    }
    if (bestScore >= surely) return best;
    const waits = [...groups.values()].some(
      (group) => isOpen(group) && isUndecided(live, membersOf(group).slice(0, maxAsked), context),
    );
    return waits ? "undecided" : best;
  }

  function recurring(live: LiveAnomaly, now: number): Group | undefined {
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
      if (same || (before && sameRef(before.anomaly.target, incident.target))) return group;
    }
    return undefined;
  }

  function place(live: LiveAnomaly, group: Group): void {
    const { fingerprint } = live.anomaly;
    group.ended.delete(fingerprint);
    group.members.set(fingerprint, live);
    home.set(fingerprint, group);
  }

  /** What has ended stays with its group, which may come back with it. */
  function retire(ended: readonly LiveAnomaly[], { touched }: News): void {
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
        group.dropped++;
      }
      touched.add(group);
    }
  }

  /** Open incidents by the object that they are about. */
  function openByTarget(): ReadonlyMap<string, readonly Group[]> {
    const found = new Map<string, Group[]>();
    for (const group of groups.values()) if (isOpen(group)) collect(found, refKey(group.incident.target), group);
    return found;
  }

  /**
   * Brings members up to date where they are. One leaves when it has a reason of its own that is worth an incident, or when
   * its object has one meanwhile.
   * @returns those that are no members yet, or are no longer
   */
  function keep(
    active: readonly LiveAnomaly[],
    context: GroupContext,
    mayOpen: (live: LiveAnomaly) => boolean,
    { touched }: News,
  ): LiveAnomaly[] {
    const homeless: LiveAnomaly[] = [];
    const named = openByTarget();
    const leaves = (live: LiveAnomaly, { incident, members }: Group): boolean => {
      const { target, startsAt } = live.anomaly;
      if (sameRef(target, incident.target)) return false;
      // What was there before belongs to what was there before.
      if (named.get(refKey(target))?.some(({ born }) => startsAt >= born - withinMs)) return true;
      return standsAlone(live, [...members.values()].slice(0, maxAsked), incident.target, context) && mayOpen(live);
    };
    for (const live of active) {
      const { fingerprint } = live.anomaly;
      const group = home.get(fingerprint);
      if (!group || !isOpen(group)) {
        homeless.push(live);
        continue;
      }
      touched.add(group);
      if (leaves(live, group)) {
        group.members.delete(fingerprint);
        home.delete(fingerprint);
        homeless.push(live);
      } else group.members.set(fingerprint, live);
    }
    return homeless;
  }

  /** The incident that comes back with it, or a new one. */
  function newHome(live: LiveAnomaly, now: number, { opened, recurred }: News): Group {
    const back = recurring(live, now);
    if (!back) {
      const group = openedGroup(live, { id: options.nextId(), cluster: options.cluster, now });
      groups.set(group.incident.id, group);
      opened.add(group);
      return group;
    }
    const outcome = advance(back.incident.status, "recur");
    if (outcome.ok) {
      const { resolvedAt: _resolvedAt, ...rest } = back.incident;
      // What is sought is what brought it back, not what began it the first time.
      back.incident = { ...rest, status: outcome.status, onset: live.anomaly.startsAt };
      back.ended.clear();
      recurred.add(back);
    }
    return back;
  }

  /** What people have to be told of an open group after this tick; undefined when it looks as before. */
  function told(
    group: Group,
    context: GroupContext,
    ask: { settled(incident: Incident): boolean },
    { opened, recurred, touched }: News,
  ): IncidentChange | undefined {
    const { now } = context;
    if (touched.has(group)) redraw(group, context, maxAnomalies);
    if (group.members.size === 0 && ask.settled(group.incident)) {
      const outcome = advance(group.incident.status, "resolve");
      if (!outcome.ok) return undefined;
      group.incident = { ...group.incident, status: outcome.status, resolvedAt: now, updatedAt: now };
      group.visible = visibleState(group.incident);
      return { type: "cleared", incident: group.incident };
    }
    const visible = visibleState(group.incident);
    if (visible === group.visible) return undefined;
    group.visible = visible;
    group.incident = { ...group.incident, updatedAt: now };
    return {
      type: opened.has(group) ? "opened" : recurred.has(group) ? "recurred" : "updated",
      incident: group.incident,
    };
  }

  function forgetOld(): void {
    for (const [id, group] of groups) {
      if (groups.size <= maxIncidents) return;
      if (!isOpen(group)) groups.delete(id);
    }
  }

  /** Causes before symptoms, and what an incident is about before what it may have brought on others. */
  function inOrder(homeless: LiveAnomaly[]): LiveAnomaly[] {
    const rank = { fault: 0, failure: 1, symptom: 2 } as const;
    const known = new Set(
      [...groups.values()]
        .filter(isOpen)
        .flatMap(membersOf)
        .map(({ anomaly }) => refKey(anomaly.target)),
    );
    const isNews = ({ anomaly }: LiveAnomaly) => Number(!known.has(refKey(anomaly.target)));
    return homeless.sort(
      (a, b) => rank[a.nature] - rank[b.nature] || isNews(a) - isNews(b) || a.anomaly.startsAt - b.anomaly.startsAt,
    );
  }

  return {
    advance(active, ended, context, ask) {
      const news: News = { opened: new Set(), recurred: new Set(), touched: new Set() };
      retire(ended, news);
      // Causes first, so that their symptoms find a home in the same tick.
      for (const live of inOrder(keep(active, context, ask.mayOpen, news))) {
        const found = bestHome(live, context);
        if (found === "undecided") continue;
        const group = found ?? (ask.mayOpen(live) ? newHome(live, context.now, news) : undefined);
        if (!group) continue;
        place(live, group);
        news.touched.add(group);
      }
      const changes = [...groups.values()].filter(isOpen).flatMap((group) => told(group, context, ask, news) ?? []);
      forgetOld();
      return changes;
    },
    incidents: () => [...groups.values()].map(({ incident }) => incident),
    restore(incidents) {
      for (const incident of incidents) {
        const group = knownGroup(incident);
        groups.set(incident.id, group);
        for (const anomaly of incident.anomalies) {
          const live = restored(anomaly, incident, options.natureOf);
          if (anomaly.endsAt === undefined && incident.status !== "resolved") place(live, group);
          else group.ended.set(anomaly.fingerprint, live);
        }
      }
    },
    forget(which) {
      for (const [id, group] of groups) {
        if (!which(group.incident)) continue;
        groups.delete(id);
        for (const [fingerprint, at] of home) if (at === group) home.delete(fingerprint);
      }
    },
    activeMembers: () => [...groups.values()].filter(isOpen).flatMap(membersOf),
    replace(incident) {
      const group = groups.get(incident.id);
      if (!group) return;
      group.incident = {
        ...group.incident,
        status: incident.status,
        ...(incident.resolvedAt === undefined ? {} : { resolvedAt: incident.resolvedAt }),
      };
      group.visible = visibleState(group.incident);
    },
  };
}
