import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import { advance } from "../../incident/status.ts";
import type { Nature } from "../detector.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { type Group, groupKeyOf, membersOf, redraw, restored } from "./incident-draft.ts";
import { titleOf, visibleState } from "./lead.ts";
import { type GroupContext, relation } from "./relate.ts";

export interface GrouperOptions {
  readonly cluster: string;
  readonly nextId: () => string;
  /** A resolved incident is reopened when its trouble comes back within this time (ms). */
  readonly recurrenceMs?: number;
  /** Anomalies kept in one incident; more are counted. */
  readonly maxAnomalies?: number;
  /** Incidents held at a time, resolved ones included; the oldest resolved give way. */
  readonly maxIncidents?: number;
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

const isOpen = ({ incident }: Group) => incident.status !== "resolved";

export function createGrouper(options: GrouperOptions): Grouper {
  const recurrenceMs = options.recurrenceMs ?? 15 * 60_000;
  const maxAnomalies = options.maxAnomalies ?? 200;
  const maxIncidents = options.maxIncidents ?? 1_000;
  const groups = new Map<string, Group>();
  const home = new Map<string, Group>();

  function bestHome(live: LiveAnomaly, context: GroupContext): Group | undefined {
    let best: Group | undefined;
    let bestScore = 0;
    for (const group of groups.values()) {
      if (!isOpen(group)) continue;
      const members = group.members.size > 0 ? membersOf(group) : [...group.ended.values()];
      const score = relation(live, members.slice(0, 100), group.incident.target, context);
      if (
        score > bestScore ||
        (score === bestScore && score > 0 && best && group.incident.onset > best.incident.onset)
      ) {
        best = group;
        bestScore = score;
      }
    }
    return best;
  }

  function recurring(live: LiveAnomaly, now: number): Group | undefined {
    for (const group of groups.values()) {
      const { incident, ended } = group;
      if (isOpen(group) || now - (incident.resolvedAt ?? 0) > recurrenceMs) continue;
      const before = ended.get(live.anomaly.fingerprint);
      if (incident.groupKey === groupKeyOf(live) || (before && sameRef(before.anomaly.target, incident.target)))
        return group;
    }
    return undefined;
  }

  function open(live: LiveAnomaly, now: number): Group {
    const { anomaly } = live;
    const group: Group = {
      incident: {
        id: options.nextId(),
        cluster: options.cluster,
        groupKey: groupKeyOf(live),
        title: titleOf(live),
        // Drawn from its members at the end of the tick.
        severity: "low",
        status: "open",
        openedAt: now,
        onset: anomaly.startsAt,
        updatedAt: now,
        target: anomaly.target,
        affected: [anomaly.target],
        anomalies: [anomaly],
        anomaliesDropped: 0,
      },
      members: new Map(),
      ended: new Map(),
      visible: "",
      dropped: 0,
    };
    groups.set(group.incident.id, group);
    return group;
  }

  function place(live: LiveAnomaly, group: Group): void {
    const { fingerprint } = live.anomaly;
    group.ended.delete(fingerprint);
    group.members.set(fingerprint, live);
    home.set(fingerprint, group);
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
      const { now } = context;
      const opened = new Set<Group>();
      const recurred = new Set<Group>();
      const touched = new Set<Group>();
      for (const live of ended) {
        const group = home.get(live.anomaly.fingerprint);
        home.delete(live.anomaly.fingerprint);
        if (!group) continue;
        group.members.delete(live.anomaly.fingerprint);
        group.ended.set(live.anomaly.fingerprint, live);
        if (group.ended.size > maxAnomalies) {
          const oldest = group.ended.keys().next().value;
          if (oldest !== undefined) group.ended.delete(oldest);
          group.dropped++;
        }
        touched.add(group);
      }
      const homeless: LiveAnomaly[] = [];
      for (const live of active) {
        const group = home.get(live.anomaly.fingerprint);
        if (group && isOpen(group)) {
          group.members.set(live.anomaly.fingerprint, live);
          touched.add(group);
        } else homeless.push(live);
      }
      // Causes first, so that their symptoms find a home in the same tick.
      for (const live of inOrder(homeless)) {
        let group = bestHome(live, context);
        if (!group) {
          if (!ask.mayOpen(live)) continue;
          group = recurring(live, now);
          if (group) {
            const outcome = advance(group.incident.status, "recur");
            if (outcome.ok) {
              const { resolvedAt: _resolvedAt, ...rest } = group.incident;
              group.incident = { ...rest, status: outcome.status };
              recurred.add(group);
            }
          } else {
            group = open(live, now);
            opened.add(group);
          }
        }
        place(live, group);
        touched.add(group);
      }
      const changes: IncidentChange[] = [];
      for (const group of groups.values()) {
        if (!isOpen(group)) continue;
        if (touched.has(group)) redraw(group, context, maxAnomalies);
        if (group.members.size === 0 && ask.settled(group.incident)) {
          const outcome = advance(group.incident.status, "resolve");
          if (outcome.ok) {
            group.incident = { ...group.incident, status: outcome.status, resolvedAt: now, updatedAt: now };
            group.visible = visibleState(group.incident);
            changes.push({ type: "cleared", incident: group.incident });
          }
          continue;
        }
        const visible = visibleState(group.incident);
        if (visible === group.visible) continue;
        group.visible = visible;
        group.incident = { ...group.incident, updatedAt: now };
        changes.push({
          type: opened.has(group) ? "opened" : recurred.has(group) ? "recurred" : "updated",
          incident: group.incident,
        });
      }
      forgetOld();
      return changes;
    },
    incidents: () => [...groups.values()].map(({ incident }) => incident),
    restore(incidents) {
      for (const incident of incidents) {
        const group: Group = {
          incident,
          members: new Map(),
          ended: new Map(),
          visible: visibleState(incident),
          dropped: incident.anomaliesDropped,
        };
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
