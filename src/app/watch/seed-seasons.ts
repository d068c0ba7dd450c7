import type { Seasons } from "../../detection/metrics/seasonal-baseline.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { readSeason } from "../../store/cluster/season.ts";
import type { Database } from "../../store/database.ts";

export interface SeedSeasonsDeps {
  readonly seasons: Seasons;
  readonly database: Database;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As far back as a season reaches. */
const reachMs = 28 * 86_400_000;

/**
 * Reads what captured samples know of the days before, beside the first ticks. Never rejects: without it the days are
 * learned anew, and until then a daily rhythm may raise what it would not have raised.
 */
export async function seedSeasons({ seasons, database, cluster, clock, log }: SeedSeasonsDeps): Promise<void> {
  try {
    const rows = await readSeason(database, { cluster, from: clock.now() - reachMs });
    seasons.seed(rows);
    log.info({ halfHours: rows.length, series: seasons.stats.series }, "seasons.seeded");
  } catch (error) {
    log.warn({ error: messageOf(error) }, "seasons.not-seeded");
  }
}
