import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { Nature } from "../detector.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { bestHome } from "./best-home.ts";
import { forgetOld, type GroupBook, openGroups, place, retire } from "./group-book.ts";
import type { GroupContext } from "./group-context.ts";
import { knownGroup, membersOf, redraw, restored } from "./incident-draft.ts";
import { keepMembers } from "./keep-members.ts";
import { visibleState } from "./lead.ts";
import { absorb, createProofs, giveBack, noteStrangers, type OneCause } from "./merges.ts";
import { newHome } from "./new-home.ts";
import { type News, told } from "./news.ts";

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
  /** Open incidents that have turned out to be one since they were opened. Asked once a tick, after `advance`. */
  oneCause(context: GroupContext): readonly OneCause[];
  /** Makes one of two that are open; what the part is made of goes on in the whole. */
  merge(partId: string, wholeId: string, context: GroupContext): void;
  /** Takes over what people and actions did to an incident (acknowledged, mitigating, resolved by hand, parted again). */
  replace(incident: Incident): void;
  /** Lets go of some without a word: they go on elsewhere. Their anomalies are without an incident then. */
  forget(which: (incident: Incident) => boolean): void;
}

/**
 * Sorts anomalies in place as they look for a home: causes before symptoms, so that those find one in the same tick, and what
 * an incident is about before what it may have brought on others.
 */
function causesFirst(homeless: LiveAnomaly[], book: GroupBook): LiveAnomaly[] {
  const rank = { fault: 0, failure: 1, symptom: 2 } as const;
  const known = new Set(
    openGroups(book)
      .flatMap(membersOf)
      .map(({ anomaly }) => refKey(anomaly.target)),
  );
  const isNews = ({ anomaly }: LiveAnomaly) => Number(!known.has(refKey(anomaly.target)));
  return homeless.sort(
    (a, b) => rank[a.nature] - rank[b.nature] || isNews(a) - isNews(b) || a.anomaly.startsAt - b.anomaly.startsAt,
  );
}

/**
 * Makes incidents of anomalies: a tick lets go of those that ended, keeps those that are where they belong, finds a home for
 * the others, and says what changed. It keeps all of that in memory; `restore` gives it what an earlier process knew.
 */
export function createGrouper(options: GrouperOptions): Grouper {
  const { cluster, nextId, natureOf, maxAnomalies = 200 } = options;
  const book: GroupBook = { groups: new Map(), home: new Map() };
  const { groups, home } = book;
  const proofs = createProofs();

  return {
    advance(active, ended, context, ask) {
      const { now } = context;
      const news: News = { opened: new Set(), recurred: new Set(), touched: new Set() };
      retire(ended, book, maxAnomalies, news.touched);
      for (const live of causesFirst(keepMembers(active, book, context, ask.mayOpen, news.touched), book)) {
        const found = bestHome(live, book, context);
        if (found === "undecided") continue;
        const group = found ?? (ask.mayOpen(live) ? newHome(live, book, { cluster, nextId, now }, news) : undefined);
        if (!group) continue;
        place(live, group, book);
        news.touched.add(group);
      }
      const changes = openGroups(book).flatMap((group) => told(group, context, maxAnomalies, ask.settled, news) ?? []);
      noteStrangers(news.opened, book, context);
      forgetOld(book);
      return changes;
    },
    incidents: () => [...groups.values()].map(({ incident }) => incident),
    restore(incidents) {
      for (const incident of incidents) {
        const group = knownGroup(incident);
        groups.set(incident.id, group);
        for (const anomaly of incident.anomalies) {
          const live = restored(anomaly, incident, natureOf);
          if (anomaly.endsAt === undefined && incident.status !== "resolved") place(live, group, book);
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
    activeMembers: () => openGroups(book).flatMap(membersOf),
    oneCause: (context) => proofs.due(book, context),
    merge(partId, wholeId, context) {
      const [part, whole] = [groups.get(partId), groups.get(wholeId)];
      if (part && whole && absorb(part, whole, book, context.now)) redraw(whole, context, maxAnomalies);
    },
    replace(incident) {
      const group = groups.get(incident.id);
      if (!group) return;
      if (incident.mergedInto === undefined) giveBack(group, book);
      const { mergedInto: _mergedInto, resolvedAt: _resolvedAt, ...known } = group.incident;
      group.incident = {
        ...known,
        ...(incident.mergedInto === undefined ? {} : { mergedInto: incident.mergedInto }),
        status: incident.status,
        ...(incident.resolvedAt === undefined ? {} : { resolvedAt: incident.resolvedAt }),
      };
      group.visible = visibleState(group.incident);
    },
  };
}
