import type { Clock } from "../../lib/clock.ts";
import { isoTime } from "../../lib/clock.ts";
import { type ApiObject, copy, isObject, numberAt, objectAt, objectsAt, stringAt } from "../api/json.ts";
import type { ObjectTable, Write } from "../api/object-table.ts";
import { type Resource, resources } from "../api/registry.ts";
import type { Renames } from "./renames.ts";

/** The little that must follow a client's write although no recording tells of it. */
export interface Controllers {
  /** `recorded`: what becomes of a deleted pod is told by the recording. */
  noteWrite(write: Write, recorded: boolean): void;
}

/** A Deployment controller notices a change within some 100 ms. */
const noticeMs = 300;
/** How long a pod takes to stop, at most; its grace period when that is shorter. */
const stopMs = 2_000;

/**
 * Plays the controllers' part for writes of clients: `observedGeneration` follows the generation, a deleted pod goes
 * away after its grace period, and its owner makes another one, to which goes what the recording tells of the old one.
 */
export function createControllers(options: {
  table: ObjectTable;
  clock: Clock;
  renames: Renames;
  signal: AbortSignal;
}): Controllers {
  const { table, clock, renames, signal } = options;

  const later = (ms: number, run: () => void): void => {
    // A rejected sleep means that the player was stopped.
    clock.sleep(ms, signal).then(run, () => undefined);
  };

  const observe = (resource: Resource, { metadata }: ApiObject): void => {
    const now = table.get(resource, metadata.namespace ?? "", metadata.name);
    const { generation } = now?.metadata ?? {};
    if (now === undefined || generation === undefined || !isObject(now["status"])) return;
    if ((numberAt(now, "status", "observedGeneration") ?? generation) >= generation) return;
    table.put(resource, { ...now, status: { ...now["status"], observedGeneration: generation } });
  };

  const replacePod = (resource: Resource, old: ApiObject, recorded: boolean): void => {
    const { name, namespace = "", uid } = old.metadata;
    if (table.get(resource, namespace, name)?.metadata.uid === uid) table.remove(resource, namespace, name);
    const owner = objectsAt(old.metadata, "ownerReferences").find((reference) => reference["controller"] === true);
    const ended = ["Succeeded", "Failed"].includes(stringAt(old, "status", "phase") ?? "");
    if (recorded || owner === undefined || ended || renames.isPast(uid)) return;
    const successor = newPod(old, owner["kind"] === "StatefulSet", Math.floor(clock.now()));
    renames.add({ name, uid }, { name: successor.metadata.name, uid: successor.metadata.uid });
    table.put(resource, successor);
    for (const slices of resources.filter((r) => r.kind === "EndpointSlice")) {
      for (const slice of table.list(slices, namespace)) {
        const text = JSON.stringify(slice);
        if (text.includes(name))
          table.put(
            slices,
            JSON.parse(text.replaceAll(name, successor.metadata.name).replaceAll(uid, successor.metadata.uid)),
          );
      }
    }
  };

  return {
    noteWrite({ resource, before, after }, recorded) {
      if (
        resource.kind === "Pod" &&
        before !== undefined &&
        (after === undefined || after.metadata["deletionTimestamp"] !== undefined)
      ) {
        if (before.metadata["deletionTimestamp"] !== undefined) return;
        const graceMs = (numberAt(after?.metadata, "deletionGracePeriodSeconds") ?? 0) * 1000;
        later(Math.min(stopMs, graceMs), () => replacePod(resource, before, recorded));
      } else if (after !== undefined && after.metadata.generation !== before?.metadata.generation) {
        later(noticeMs, () => observe(resource, after));
      }
    },
  };
}

/** The same pod again: new name (unless its owner keeps names), new uid, no restarts yet. */
function newPod(old: ApiObject, keepsName: boolean, at: number): ApiObject {
  const pod = copy(old);
  const seconds = `${isoTime(at).slice(0, 19)}Z`;
  const base = old.metadata.name.replace(/-[^-]+$/, "");
  const { deletionTimestamp: _t, deletionGracePeriodSeconds: _g, ...metadata } = pod.metadata;
  const name = keepsName ? old.metadata.name : `${base}-${randomSuffix()}`;
  pod.metadata = { ...metadata, name, uid: crypto.randomUUID(), creationTimestamp: seconds };
  const status = objectAt(pod, "status");
  if ("startTime" in status) status["startTime"] = seconds;
  for (const container of objectsAt(status, "containerStatuses")) {
    container["restartCount"] = 0;
    const running = objectAt(container, "state", "running");
    if ("startedAt" in running) running["startedAt"] = seconds;
  }
  return pod;
}

/** Kubernetes leaves out vowels and what looks like them. */
function randomSuffix(): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => letters[byte % letters.length]).join("");
}
