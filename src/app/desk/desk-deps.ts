import type { PlanStore } from "../../actions/plan/plan-store.ts";
import type { Policy } from "../../actions/policy/policy-file.ts";
import type { ChaosPort, Desk, DigestPort, WebPort } from "../../bot/desk.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Database } from "../../store/database.ts";
import type { StoredIncident } from "../../store/incidents/incidents.ts";
import type { Jobs } from "../../store/jobs.ts";
import type { Approvers } from "../plans/approvers.ts";
import type { Watching } from "./watching.ts";

export interface DeskDeps {
  readonly database: Database;
  readonly plans: PlanStore;
  readonly policy: Policy;
  /** Default: nobody is in a group, and rules that ask the cluster or for codes refuse. */
  readonly approvers?: Approvers;
  readonly redact: Redact;
  readonly changed: (incidentId: string) => Promise<void>;
  /** Tells detection about a status that a person decided. */
  readonly statusDecided: (incident: StoredIncident) => void;
  readonly jobs: Pick<Jobs, "send">;
  readonly clock: Clock;
  readonly ask: Desk["ask"];
  /** Absent where nothing is kept from chat that could be put back. */
  readonly reveal?: Desk["reveal"];
  /** Name of the cluster as the configuration has it; default its default. */
  readonly cluster?: string;
  /** Absent where nobody watches: then workloads cannot be looked at, and silences are judged by what is stored. */
  readonly watching?: Watching;
  readonly nextIncidentId?: () => Promise<string>;
  readonly digest?: DigestPort;
  readonly chaos?: ChaosPort;
  readonly web?: WebPort | undefined;
  /** Under which people reach the pages. */
  readonly webUrl?: string | undefined;
}
