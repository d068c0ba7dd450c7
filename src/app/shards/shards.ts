import { namespaceOf, type ObjectRef } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { type Lease, newHolder, releaseLease } from "../../store/leases.ts";
import { attend, keepShard, leave, type ShardHolder } from "../../store/shards.ts";
import { shardOf } from "./shard-of.ts";

export interface ShardsDeps {
  readonly database: Database;
  readonly cluster: string;
  /** Into how many shards the cluster is cut. */
  readonly count: number;
  /** Time between ticks of detection (real ms): after the death of a holder no more than one is lost. */
  readonly tickMs: number;
  readonly log: Logger;
  /** Real time; another one only in tests. */
  readonly clock?: Clock;
}

export interface ShardChange {
  /** Before anything of them is reported: what the last holder knew has to be read. */
  gained(owns: (namespace: string | undefined) => boolean): Promise<void>;
  lost(): void;
}

/** The shards that this process holds. */
export interface Shards {
  /** Its findings are ours. Also while the database is away: then nobody else can have taken it. */
  owns(namespace: string | undefined): boolean;
  /** Its logs and metrics are ours to read: in a cluster of one shard everybody's, so that who waits is warm. */
  reads(namespace: string): boolean;
  /** For writes: the lease under which the object's shard is held; undefined when it is not. */
  leaseOf(target: ObjectRef): Lease | undefined;
  /** The same of a shard. */
  leaseOfShard(shard: number): Lease | undefined;
  /** Certainly ours at this moment. */
  holds(target: ObjectRef): boolean;
  /** One look: says that it lives, renews, gives up what is too much, takes what is free. Never throws. */
  round(): Promise<void>;
  /** Rounds until aborted; then everything is given back. */
  run(signal: AbortSignal): Promise<void>;
  readonly stats: {
    readonly count: number;
    readonly held: readonly number[];
    readonly watchers: number;
    readonly handOvers: number;
  };
}

/** Of a tick: the lease, and the time between looks. Together they are one tick, which is what a sudden death costs. */
const leaseShare = 0.75;
const lookShare = 0.2;
const leaseLimitsMs = { least: 1_500, most: 30_000 } as const;

/** Shares the shards of a cluster with the other watchers: each takes its even part, and those of one that dies go round. */
export function createShards(deps: ShardsDeps, change: ShardChange): Shards {
  const { database, cluster, count, log } = deps;
  const clock = deps.clock ?? systemClock;
  const { least, most } = leaseLimitsMs;
  const leaseMs = Math.min(most, Math.max(least, leaseShare * deps.tickMs));
  const lookMs = Math.min(leaseMs / 3, lookShare * deps.tickMs);
  const who: ShardHolder = { cluster, holder: newHolder(), leaseMs };
  const held = new Map<number, Lease>();
  /** About to be ours: what is read for it now is kept, nothing is reported of it. */
  const coming = new Set<number>();
  // A namespace is asked about with every sample.
  const places = new Map<string | undefined, number>();
  let watchers = 1;
  let handOvers = 0;

  const shardAt = (namespace: string | undefined): number => {
    let shard = places.get(namespace);
    if (shard === undefined) {
      shard = shardOf(namespace, count);
      if (places.size > 20_000) places.clear();
      places.set(namespace, shard);
    }
    return shard;
  };
  const leaseOf = (target: ObjectRef) => held.get(shardAt(namespaceOf(target)));

  const drop = (shard: number, why: string) => {
    held.delete(shard);
    handOvers++;
    log.info({ shard, why }, "shard.lost");
    change.lost();
  };
  const renew = async () => {
    for (const [shard, before] of [...held]) {
      const lease = await keepShard(database, who, shard);
      if (lease?.token === before.token) held.set(shard, lease);
      else {
        if (lease) await releaseLease(database, lease);
        drop(shard, "another watcher holds it");
      }
    }
  };
  const take = async (shard: number) => {
    const first = await keepShard(database, who, shard);
    if (!first) return;
    let lease: Lease | undefined = first;
    coming.add(shard);
    const ready = new AbortController();
    // To read what the last holder knew may take longer than any lease lasts, this one's and those of what is held already.
    const renewing = (async () => {
      for (;;) {
        await rest(clock, lookMs, ready.signal);
        if (ready.signal.aborted) return;
        try {
          await attend(database, who);
          await renew();
          const again = await keepShard(database, who, shard);
          lease = again?.token === first.token ? again : undefined;
        } catch (error) {
          // What cannot be renewed runs out.
          log.warn({ error: messageOf(error), shard }, "shards.not-renewed");
        }
      }
    })();
    try {
      await change.gained((namespace) => shardAt(namespace) === shard);
    } catch (error) {
      // Without what the last holder knew, incidents would be opened twice.
      await releaseLease(database, first).catch(() => undefined);
      throw error;
    } finally {
      ready.abort();
      await renewing;
      coming.delete(shard);
    }
    if (!lease) return;
    held.set(shard, lease);
    handOvers++;
    log.info({ shard, of: count, token: lease.token }, "shard.taken");
  };
  const look = async () => {
    watchers = await attend(database, who);
    await renew();
    const fair = Math.ceil(count / watchers);
    for (const [shard, lease] of [...held].slice(fair)) {
      drop(shard, "an even share for another watcher");
      await releaseLease(database, lease);
    }
    for (let shard = 0; shard < count && held.size < fair; shard++) if (!held.has(shard)) await take(shard);
  };
  const round = () =>
    look().catch((error: unknown) =>
      log.warn({ error: messageOf(error), held: [...held.keys()] }, "shards.not-renewed"),
    );

  return {
    owns: (namespace) => held.has(shardAt(namespace)),
    reads: (namespace) => count <= 1 || held.has(shardAt(namespace)) || coming.has(shardAt(namespace)),
    leaseOf,
    leaseOfShard: (shard) => held.get(shard),
    holds: (target) => leaseOf(target)?.held() ?? false,
    round,
    async run(signal) {
      while (!signal.aborted) {
        await rest(clock, lookMs, signal);
        if (!signal.aborted) await round();
      }
      for (const lease of held.values()) await releaseLease(database, lease).catch(() => undefined);
      await leave(database, who).catch(() => undefined);
    },
    get stats() {
      return { count, held: [...held.keys()].sort((a, b) => a - b), watchers, handOvers };
    },
  };
}
