import { createRhythm, type Rhythm, type RhythmTracker } from "./rhythm.ts";

/** When each kind of line of one container comes. */
export interface ContainerRhythms {
  note(kind: number, at: number): void;
  /** Calls `visit` for every kind that is followed. */
  each(visit: (kind: number, rhythm: Rhythm) => void): void;
  forget(kind: number): void;
  /** Gives back its places. */
  close(): void;
}

/** Places that all containers share. */
export interface RhythmRoom {
  free: number;
}

/** Few programs have more timers than this; what comes first is followed. */
const maxKinds = 48;

/**
 * Takes its places from `room`, at most 48, and a kind for which there is none is not followed. `close` it when the
 * container is gone.
 */
export function createContainerRhythms(room: RhythmRoom): ContainerRhythms {
  const rhythms = new Map<number, RhythmTracker>();
  return {
    note(kind, at) {
      const known = rhythms.get(kind);
      if (known) known.beat(at);
      else if (rhythms.size < maxKinds && room.free > 0) {
        room.free--;
        rhythms.set(kind, createRhythm(at));
      }
    },
    each(visit) {
      for (const [kind, rhythm] of rhythms) visit(kind, rhythm);
    },
    forget(kind) {
      if (rhythms.delete(kind)) room.free++;
    },
    close() {
      room.free += rhythms.size;
      rhythms.clear();
    },
  };
}
