import type { ApiObject } from "../../../../src/replay/api/json.ts";
import { createObjectTable, type ObjectTable, type Write } from "../../../../src/replay/api/object-table.ts";
import { type Resource, resources } from "../../../../src/replay/api/registry.ts";
import { loadTruth } from "../../../../src/replay/player/load-truth.ts";
import { playRecording } from "../../../../src/replay/player/play-recording.ts";
import type { Player, PlayerEvent, PlayerOptions } from "../../../../src/replay/player/player.ts";
import { loadRecording, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import { createManualClock, type ManualClock } from "../../../support/manual-clock.ts";

export interface PlayedWorld {
  readonly recording: Recording;
  readonly table: ObjectTable;
  readonly clock: ManualClock;
  readonly player: Player;
  readonly events: PlayerEvent[];
  get(kind: string, name: string): ApiObject | undefined;
  list(kind: string): readonly ApiObject[];
  /** A client's write: stores what `change` makes of the object. */
  write(kind: string, name: string, change: (object: ApiObject) => void): void;
  /** A client deletes a pod; it gets a grace period. */
  deletePod(name: string): void;
  /** Value of one exposed series, by the start of its line. */
  metric(pod: string, line: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

export function recordingFolder(name: string): string {
  return new URL(`../../../recordings/${name}`, import.meta.url).pathname;
}

export async function playWorld(name: string, options: Partial<PlayerOptions> = {}): Promise<PlayedWorld> {
  const folder = recordingFolder(name);
  const recording = await loadRecording(folder);
  const namespace = recording.header.namespaces[0] ?? "";
  const clock = createManualClock(options.clock?.now() ?? recording.start);
  let onWrite: (write: Write) => void = () => undefined;
  const table = createObjectTable({ now: clock.now, onWrite: (write) => onWrite(write) });
  const player = playRecording({ recording, table, faults: await loadTruth(folder), ...options, clock });
  onWrite = player.noteWrite;
  const events: PlayerEvent[] = [];
  player.on((event) => events.push(event));
  const resourceOf = (kind: string): Resource => {
    const found = resources.find((resource) => resource.kind === kind && resource.viewOf === undefined);
    if (found === undefined) throw new Error(`no resource for ${kind}`);
    return found;
  };
  const store = (kind: string, verb: Write["verb"], before: ApiObject, after: ApiObject): void => {
    const resource = resourceOf(kind);
    const stored = table.put(resource, after);
    table.wrote({ verb, resource, subresource: "", user: "test", before, after: stored, dryRun: false });
  };
  const get = (kind: string, wanted: string) => table.get(resourceOf(kind), namespace, wanted);
  const needed = (kind: string, wanted: string): ApiObject => {
    const found = get(kind, wanted);
    if (found === undefined) throw new Error(`no ${kind} ${wanted}`);
    return found;
  };

  return {
    recording,
    table,
    clock,
    player,
    events,
    get,
    list: (kind) => table.list(resourceOf(kind), namespace),
    write(kind, wanted, change) {
      const before = needed(kind, wanted);
      const after = structuredClone(before);
      change(after);
      after.metadata.generation = (before.metadata.generation ?? 0) + 1;
      store(kind, "patch", before, after);
    },
    deletePod(wanted) {
      const before = needed("Pod", wanted);
      const after = structuredClone(before);
      Object.assign(after.metadata, {
        deletionTimestamp: new Date(clock.now() + 5_000).toISOString(),
        deletionGracePeriodSeconds: 5,
      });
      store("Pod", "delete", before, after);
    },
    async metric(pod, line) {
      const target = { kind: "pod", object: needed("Pod", pod), port: 8080 } as const;
      const answer = await player.proxy.ask({ target, method: "GET", path: "/metrics", query: new URLSearchParams() });
      if ("refused" in answer) return undefined;
      const found = String(answer.text)
        .split("\n")
        .find((text) => text.startsWith(`${line} `) || text.startsWith(`${line}{`));
      return found === undefined
        ? undefined
        : Number(
            found
              .slice(found.lastIndexOf("}") + 1)
              .trim()
              .split(" ")[0],
          );
    },
    async stop() {
      player.stop();
      await player.done;
    },
  };
}
