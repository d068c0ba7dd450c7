import type { Registry } from "prom-client";
import type { Shards } from "../shards/shards.ts";
import { addGauge } from "./add-gauge.ts";
import { addTotal } from "./add-total.ts";

/** Who holds what, for those who want to know why a watcher is idle. */
export function addShardMetrics(registry: Registry, shards: Pick<Shards, "stats">): void {
  const gauge = (name: string, help: string, read: () => number | undefined) => addGauge(registry, name, help, read);
  gauge("shards", "Shards that the cluster is cut into", () => shards.stats.count);
  gauge("shards_held", "Of those, how many this watcher holds; 0 while it waits", () => shards.stats.held.length);
  addTotal(registry, "shard_changes", "Shards taken and lost", () => shards.stats.handOvers);
  gauge("watchers", "Watchers of this cluster that live", () => shards.stats.watchers);
}
