import type { IncidentCursor, IncidentFilter } from "../../src/incident/report/incident-list.ts";
import { countIncidents, filterChoices, pageOfIncidents } from "../../src/store/incidents/incident-pages.ts";
import { fillManyIncidents } from "../support/many-incidents.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const incidents = 10_000;
const rounds = 9;

const pages: readonly (readonly [string, IncidentFilter, IncidentCursor?])[] = [
  ["newest", {}],
  ["page far back", {}, { openedAt: Date.parse("2026-01-01T01:00:00Z"), id: "600" }],
  ["open ones", { statuses: ["open", "acknowledged", "mitigating", "reopened"] }],
  ["by cause", { cause: "bad-release" }],
  ["by namespace, severity and cause", { namespace: "ns-3", severity: "low", cause: "memory-leak" }],
  ["searched", { search: "workload-77 " }],
  ["searched in vain", { search: "no such words" }],
];

/** What the list page asks the database, over 10,000 incidents: rows, count and choices together. Median of 9. */
export async function benchWebList(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  const { database } = postgres;
  await fillManyIncidents(database, incidents);
  const rows: BenchRow[] = [];
  for (const [name, filter, after] of pages) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      times.push(
        await timed(() =>
          Promise.all([
            pageOfIncidents(database, filter, { limit: 50, ...(after ? { after } : {}) }),
            countIncidents(database, filter),
            filterChoices(database),
          ]),
        ),
      );
    }
    rows.push({ name: `web list, 10,000 incidents: ${name}`, value: rounded(median(times)), unit: "ms" });
  }
  return rows;
}
