import type { Config } from "../../config/config.ts";
import { deliverers } from "../../config/deliveries.ts";
import { type Check, failed, off, ok } from "./check.ts";

const remedy =
  "Set ingest.token (KUBEMEND_INGEST_TOKEN) and give it to Alertmanager and to your agents; docs/sources.md.";
const takenFrom = {
  token: "whoever has the token",
  anyone: "anybody who reaches the port (ingest.open)",
  "this-machine": "this machine only",
} as const;

/** From whom deliveries are taken. */
export function deliveriesCheck(config: Pick<Config, "ingest" | "logs" | "web">): Check {
  return {
    name: "Deliveries",
    async run() {
      const from = deliverers(config);
      if (from !== "nobody") return ok(`logs, alerts and traces are taken from ${takenFrom[from]}`);
      return config.logs.source === "push"
        ? failed("logs.source is push, and nobody may deliver", remedy)
        : off("alerts and traces are taken from nobody", remedy);
    },
  };
}
