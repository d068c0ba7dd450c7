import { createHash } from "node:crypto";

/** What lies in no namespace (nodes, storage classes, webhooks, sources that are blind) belongs to this one. */
export const clusterShard = 0;

function weight(shard: number, namespace: string): bigint {
  return createHash("sha256").update(`${shard}/${namespace}`).digest().readBigUInt64BE();
}

/**
 * The shard of a namespace, by rendezvous hashing (Thaler and Ravishankar, 1998): every watcher comes to the same answer by
 * itself, and with one shard more only the namespaces that move to it change their place.
 */
export function shardOf(namespace: string | undefined, count: number): number {
  if (namespace === undefined || namespace === "" || count <= 1) return clusterShard;
  let best = 0;
  let heaviest = weight(0, namespace);
  for (let shard = 1; shard < count; shard++) {
    const of = weight(shard, namespace);
    if (of > heaviest) [best, heaviest] = [shard, of];
  }
  return best;
}
