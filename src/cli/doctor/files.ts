import type { Config } from "../../config/config.ts";
import { readHealthModel } from "../../detection/health/health-model.ts";
import { readModel } from "../../detection/metrics/forecast/model-file.ts";
import { messageOf } from "../../lib/app-error.ts";
import { readRunbooks } from "../../rca/runbooks/read-runbooks.ts";
import { type Check, failed, off, ok } from "./check.ts";

/** Folders that the configuration names. None of them keeps kubemend from starting, so that a wrong one is easily missed. */
export function filesCheck(config: Pick<Config, "runbooks" | "detection" | "health">): Check {
  return {
    name: "Files",
    async run() {
      const found: string[] = [];
      const wrong: string[] = [];
      if (config.detection.model !== undefined) {
        const read = readModel(config.detection.model);
        if (read.outcome === "read") found.push(`the forecaster of ${config.detection.model}`);
        else wrong.push(`detection.model: no usable model in ${config.detection.model}`);
      }
      if (config.health.model !== undefined) {
        const read = readHealthModel(config.health.model);
        if (read.outcome === "read") found.push(`the health model of ${config.health.model}`);
        else wrong.push(`health.model: no usable model in ${config.health.model}`);
      }
      if (config.runbooks !== undefined) {
        try {
          const { files, complaints } = await readRunbooks(config.runbooks);
          found.push(`${files} runbook page${files === 1 ? "" : "s"} of ${config.runbooks}`);
          wrong.push(...complaints.slice(0, 5).map((complaint) => `runbooks: ${complaint}`));
        } catch (error) {
          wrong.push(`runbooks: ${messageOf(error, 200)}`);
        }
      }
      if (wrong.length > 0)
        return failed(
          wrong.join("; "),
          "Give the right folders, or leave the settings out; kubemend starts without them.",
        );
      if (found.length === 0)
        return off("no runbooks and no models of yours", "docs/runbooks.md tells how pages of yours are quoted.");
      return ok(found.join(", "));
    },
  };
}
