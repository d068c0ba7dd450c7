import type { Database } from "../../store/database.ts";
import { getIncident } from "../../store/incidents/incidents.ts";

/** Whether a job's incident is of this cluster. One that does not exist is nobody's. */
export async function isOwnIncident(database: Database, cluster: string, incidentId: string): Promise<boolean> {
  return (await getIncident(database, incidentId))?.cluster === cluster;
}
