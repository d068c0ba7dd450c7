import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { ApiObject } from "../api/json.ts";
import type { ObjectTable, Write } from "../api/object-table.ts";
import { resources } from "../api/registry.ts";
import { type FixedWorld, hasFixEffect } from "./fix-effect.ts";
import { intentLeaves } from "./intent-leaves.ts";
import type { RecordedFix } from "./recorded-fix.ts";

/** Judges the writes of clients against the fixes that the recording still waits for, one after the other. */
export interface PendingFixes {
  /** The next fix that the recording waits for. */
  readonly next: RecordedFix | undefined;
  readonly made: readonly RecordedFix[];
  noteWrite(write: Write): void;
  /** Whether the cluster has the effect of the next fix. */
  isMade(): boolean;
  /** Goes on to the one after. */
  advance(): void;
  /** The fix made before whose effect this write took back. */
  undoneBy(write: Write): RecordedFix | undefined;
}

interface Deleted {
  readonly pod: ApiObject;
  readonly at: number;
}

/** `fixes` in the order in which the recording waits for them; one must be made before the next is judged. */
export function createPendingFixes(fixes: readonly RecordedFix[], table: ObjectTable): PendingFixes {
  const made: RecordedFix[] = [];
  let waiting = [...fixes];
  /** Pods that clients deleted since the last fix. */
  let deleted = new Map<string, Deleted>();

  const world = (fix: RecordedFix): FixedWorld => ({
    leaves: (ref) => {
      const object = objectOf(table, ref);
      return object && intentLeaves(object);
    },
    podsReplaced: allPodsReplaced(table, fix.culprit, deleted),
  });

  return {
    get next() {
      return waiting[0];
    },
    made,
    noteWrite({ before, after }) {
      const gone = after === undefined || after.metadata["deletionTimestamp"] !== undefined;
      if (gone && before?.kind === "Pod") deleted.set(before.metadata.uid, { pod: before, at: table.now() });
    },
    isMade: () => waiting[0] !== undefined && hasFixEffect(waiting[0], world(waiting[0])),
    advance() {
      const [first, ...rest] = waiting;
      if (first !== undefined) made.push(first);
      waiting = rest;
      deleted = new Map();
    },
    undoneBy({ before, after }) {
      const judged = (fix: RecordedFix, object: ApiObject | undefined): boolean =>
        hasFixEffect(fix, {
          leaves: () => object && intentLeaves(object),
          podsReplaced: false,
        });
      const target = before ?? after;
      return made.findLast((fix) => {
        // A restart cannot be taken back.
        const mayBe = !fix.byReplacingPods && target?.kind === fix.target.kind && isNamed(target, fix.target);
        return mayBe && judged(fix, before) && !judged(fix, after);
      });
    },
  };
}

function objectOf(table: ObjectTable, ref: ObjectRef): ApiObject | undefined {
  const resource = resources.find((r) => r.kind === ref.kind && r.viewOf === undefined);
  return resource && table.get(resource, ref.namespace ?? "", ref.name);
}

/** At least one pod of the culprit was deleted by a client, and none of those that ran then is left. */
function allPodsReplaced(table: ObjectTable, culprit: ObjectRef, deleted: ReadonlyMap<string, Deleted>): boolean {
  if (culprit.kind === "Pod") return [...deleted.values()].some(({ pod }) => isNamed(pod, culprit));
  const owner = objectOf(table, culprit) as unknown as KubeObject | undefined;
  if (!isKind(owner, "Deployment") && !isKind(owner, "StatefulSet") && !isKind(owner, "DaemonSet")) return false;
  const { selector } = owner.spec;
  const isMine = (pod: ApiObject): boolean =>
    pod.metadata.namespace === culprit.namespace && matchesSelector(selector, pod.metadata.labels);
  const mine = [...deleted.values()].filter(({ pod }) => isMine(pod));
  const since = Math.min(...mine.map(({ at }) => at));
  const pods = resources.find((r) => r.kind === "Pod");
  const left = pods ? table.list(pods, culprit.namespace ?? "").filter(isMine) : [];
  const original = (pod: ApiObject): boolean =>
    !deleted.has(pod.metadata.uid) && Date.parse(pod.metadata.creationTimestamp ?? "") < since;
  return mine.length > 0 && !left.some(original);
}

function isNamed(object: ApiObject, { name, namespace }: ObjectRef): boolean {
  return object.metadata.name === name && (object.metadata.namespace ?? "") === (namespace ?? "");
}
