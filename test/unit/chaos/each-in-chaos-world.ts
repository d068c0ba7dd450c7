import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { type TestDatabase, withDatabase } from "../../support/postgres.ts";
import { allowChaos } from "./chaos-world.ts";

/** A shop that allows experiments, and a database in which there have been none. */
export interface ChaosWorld {
  readonly cluster: ActorCluster;
  readonly database: TestDatabase;
}

/** Gives each test of the file a world of its own. */
export function eachInChaosWorld(use: (world: ChaosWorld) => void): void {
  let database: TestDatabase;
  let cluster: ActorCluster;
  beforeAll(async () => {
    database = await withDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.pool.query("truncate chaos_run, incident cascade");
    cluster = await startActorCluster();
    allowChaos(cluster);
    cluster.writes.length = 0;
    use({ cluster, database });
  });
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]();
  });
}
