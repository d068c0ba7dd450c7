import type { ContainerStatus, KubeEvent, KubeObject, Pod } from "../../cluster/kubernetes-types.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import type { LogLine } from "../../cluster/signal.ts";
import { isoTime } from "../../lib/clock.ts";
import type { ApiObject, JsonObject } from "../api/json.ts";
import type { ChangeType, ObjectTable, Write } from "../api/object-table.ts";
import { type Resource, resourceOfKind, resources } from "../api/registry.ts";
import { fromClientTemplate, keepClientChanges } from "./keep-client-changes.ts";
import { createRenames, type Renames } from "./renames.ts";
import { shiftJsonTimes, shiftTextTimes } from "./shift-times.ts";
import { type Segment, shiftOf, type Tape } from "./tape.ts";
import type { WrittenLogs } from "./written-logs.ts";

/** Puts recorded rows into the served cluster, at the time of the world and next to what clients have changed. */
export interface World {
  object(type: ChangeType, recorded: KubeObject, segment: Segment): void;
  event(type: ChangeType, recorded: KubeEvent, segment: Segment): void;
  log(recorded: LogLine, segment: Segment): void;
  /** The recorded status once more, for an object that still is the same one. */
  repeatStatus(recorded: KubeObject, segment: Segment): void;
  /** A recorded event once more: it was seen again. */
  repeatEvent(recorded: KubeEvent, segment: Segment): void;
  /** From now on the restarts of a container count from higher. */
  addRestarts(podUid: string, container: string, count: number): void;
  noteWrite(write: Write): void;
  readonly renames: Renames;
  /** Recorded objects of kinds that the API does not serve. */
  readonly skipped: number;
}

/** A workload that a client has changed: as recorded, and as it is. */
interface Basis {
  readonly recorded: KubeObject;
  readonly current: KubeObject;
}

/**
 * Fields that a client has changed keep the client's value until their object is made anew; all others follow the
 * recording.
 */
export function createWorld({ table, tape, logs }: { table: ObjectTable; tape: Tape; logs: WrittenLogs }): World {
  const lastRecorded = new Map<string, KubeObject>();
  const touched = new Set<string>();
  const deletedUids = new Set<string>();
  const restarts = new Map<string, number>();
  /** By ReplicaSet: the workload that it was made from. */
  const changedTemplates = new Map<string, Basis>();
  const renames = createRenames();
  let skipped = 0;

  const inWorld = <T>(recorded: T, segment: Segment): T => {
    const named = renames.inJson(recorded);
    const plain = segment.index === 0 && shiftOf(segment) === 0;
    return plain ? named : shiftJsonTimes(named, (time) => tape.worldTime(time, segment));
  };
  const store = (type: ChangeType, object: KubeObject): void => {
    if (resourceOfKind(object.apiVersion, object.kind) === undefined) skipped++;
    else table.apply({ type, object: object as unknown as JsonObject });
  };
  const current = (object: KubeObject): ApiObject | undefined => {
    const resource = resourceOfKind(object.apiVersion, object.kind);
    return resource && table.get(resource, object.metadata.namespace ?? "", object.metadata.name);
  };
  /** What a changed Deployment makes is made from its template, not from the recorded one. */
  const asClientWanted = (made: KubeObject): KubeObject => {
    if (touched.size === 0) return made;
    if (made.kind === "Pod") {
      const set = ownerKey(made);
      const change = set === undefined ? undefined : changedTemplates.get(set);
      return (change && fromClientTemplate(change.recorded, change.current, made)) ?? made;
    }
    const basis = changedTemplates.get(keyOf(made)) ?? changedOwner(made);
    const changed = basis && fromClientTemplate(basis.recorded, basis.current, made);
    if (basis === undefined || changed === undefined) return made;
    changedTemplates.set(keyOf(made), basis);
    return changed;
  };
  const changedOwner = (made: KubeObject): Basis | undefined => {
    const owner = ownerKey(made);
    const recorded = owner === undefined || !touched.has(owner) ? undefined : lastRecorded.get(owner);
    const now = recorded && current(recorded);
    return recorded && now && { recorded, current: now as unknown as KubeObject };
  };
  const withRestarts = (object: KubeObject): KubeObject => {
    if (restarts.size === 0 || !isKind(object, "Pod") || object.status === undefined) return object;
    const counted = (status: ContainerStatus): ContainerStatus => {
      const more = restarts.get(`${object.metadata.uid}/${status.name}`) ?? 0;
      return more === 0 ? status : { ...status, restartCount: status.restartCount + more };
    };
    const { containerStatuses, initContainerStatuses } = object.status;
    const pod: Pod = {
      ...object,
      status: {
        ...object.status,
        ...(containerStatuses && { containerStatuses: containerStatuses.map(counted) }),
        ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(counted) }),
      },
    };
    return pod;
  };

  return {
    object(type, recorded, segment) {
      // On its way out; what comes after belongs to its successor.
      if (deletedUids.has(recorded.metadata.uid) && !renames.isPast(recorded.metadata.uid)) return;
      const next = withRestarts(inWorld(recorded, segment));
      const key = keyOf(next);
      const before = lastRecorded.get(key);
      if (before !== undefined && before.metadata.uid !== next.metadata.uid) touched.delete(key);
      if (type === "DELETED") {
        lastRecorded.delete(key);
        touched.delete(key);
        if (next.kind === "Pod") logs.forget(next.metadata.namespace ?? "", next.metadata.name);
        store(type, next);
        return;
      }
      lastRecorded.set(key, next);
      const now = touched.has(key) ? current(next) : undefined;
      if (before && now) store(type, keepClientChanges(before, now, next));
      else store(type, asClientWanted(next));
    },
    event(type, recorded, segment) {
      const next = inWorld(recorded, segment);
      const known = current(next) as unknown as KubeEvent | undefined;
      const count = next.count === undefined ? {} : { count: Math.max(next.count, (known?.count ?? 0) + 1) };
      store(type, { ...next, ...count });
    },
    log(recorded, segment) {
      const at = recorded.at + shiftOf(segment);
      const plain = segment.index === 0 && shiftOf(segment) === 0;
      const line = plain ? recorded.line : shiftTextTimes(recorded.line, (time) => tape.worldTime(time, segment));
      logs.push({ ...recorded, at, pod: renames.pod(recorded.pod), line: renames.inText(line) });
    },
    repeatStatus(recorded, segment) {
      const { status, ...rest } = withRestarts(inWorld(recorded, segment)) as KubeObject & { endpoints?: unknown };
      const now = current(rest);
      if (now === undefined || now.metadata.uid !== rest.metadata.uid) return;
      const observed =
        typeof now.metadata.generation === "number" ? { observedGeneration: now.metadata.generation } : {};
      const next = isTree(status)
        ? { status: "observedGeneration" in status ? { ...status, ...observed } : status }
        : {};
      const endpoints = rest.endpoints === undefined ? {} : { endpoints: rest.endpoints };
      store("MODIFIED", { ...now, ...next, ...endpoints });
    },
    repeatEvent(recorded, segment) {
      const known = current(renames.inJson(recorded)) as unknown as KubeEvent | undefined;
      if (known === undefined) return;
      const at = tape.worldTime(
        Date.parse(recorded.lastTimestamp ?? recorded.eventTime ?? "") || segment.from,
        segment,
      );
      store("MODIFIED", seenAgain(known, at));
    },
    addRestarts(podUid, container, count) {
      const key = `${renames.uid(podUid)}/${container}`;
      restarts.set(key, (restarts.get(key) ?? 0) + count);
    },
    noteWrite({ before, after, resource }) {
      const object = after ?? before;
      if (object === undefined || !isServed(resource, object)) return;
      if (after === undefined || after.metadata["deletionTimestamp"] !== undefined)
        deletedUids.add(object.metadata.uid);
      touched.add(keyOf(object));
    },
    renames,
    get skipped() {
      return skipped;
    },
  };
}

/** Events from the old API count, those from the new one (eventTime) have a series. */
function seenAgain(event: KubeEvent, at: number): KubeEvent {
  const seconds = `${isoTime(at).slice(0, 19)}Z`;
  if (event.lastTimestamp != null) return { ...event, count: (event.count ?? 1) + 1, lastTimestamp: seconds };
  const count = (event.series?.count ?? 1) + 1;
  return { ...event, series: { count, lastObservedTime: `${isoTime(at).slice(0, -1)}000Z` } };
}

/** A write to a sub-resource may show another kind (Scale), a watched object it is not. */
function isServed(resource: Resource, object: ApiObject): boolean {
  return resource.kind === object.kind && resources.includes(resource);
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The key of the controller of an object; undefined when it has none. */
function ownerKey({ metadata }: KubeObject): string | undefined {
  const owner = metadata.ownerReferences?.find((reference) => reference.controller);
  return owner && `${owner.kind}/${metadata.namespace ?? ""}/${owner.name}`;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
