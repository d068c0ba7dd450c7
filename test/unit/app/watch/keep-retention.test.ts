import { expect, test, vi } from "vitest";
import { keepRetention } from "../../../../src/app/watch/keep-retention.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("the watcher that holds the cluster prunes, one that stands by does not until it takes over", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incidentRow(1, { status: "resolved" }));
  await saveIncident(database, incidentRow(2));
  await database.pool.query(
    "update incident set updated_at = now() - interval '2 years', resolved_at = now() - interval '2 years', delivered_revision = revision",
  );
  const clock = createManualClock(0);
  const stopping = new AbortController();
  let ours = false;
  const asked = vi.fn(() => ours);
  const running = keepRetention({
    config: { cluster: "shop", retention: { incidentsDays: 400 } },
    database,
    shards: { owns: asked },
    clock,
    log: silentLogger,
    signal: stopping.signal,
  });
  const left = async () => (await database.pool.query("select id::int as id from incident order by id")).rows;
  await clock.advance(10 * 60_000);
  expect(asked).toHaveBeenCalled();
  expect(await left()).toEqual([{ id: 1 }, { id: 2 }]);
  ours = true;
  await clock.advance(60 * 60_000);
  await vi.waitFor(async () => expect(await left()).toEqual([{ id: 2 }]), { timeout: 20_000 });
  stopping.abort();
  await running;
});
