import { fileURLToPath } from "node:url";
import { createObservation } from "../../src/cluster/observation.ts";
import type { Signal } from "../../src/cluster/signal.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { refText } from "../../src/incident/object-ref.ts";
import { diagnoseByRules } from "../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { quietShop } from "../unit/rca/shop.ts";
import { troubles } from "../unit/rca/troubles.ts";
import type { Scored } from "./calibration/reliability.ts";
import { all, finish } from "./result.ts";

/**
 * Plants each trouble of the unit tests into the quiet minutes of a real recording, as the signals that Kubernetes would send,
 * and lets detection and diagnosis run: `node test/evals/rca-injected.ts [name part] [--verbose]`. Traffic goes on as recorded,
 * so only what Kubernetes and the logs say can be detected; troubles that show in metrics alone are left to the recordings.
 */

const [part] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const verbose = process.argv.includes("--verbose");
const folder = fileURLToPath(new URL("../recordings/sock-shop-01", import.meta.url));
const brokenAt = Date.parse("2026-11-20T22:36:50Z");
const end = Date.parse("2026-11-20T22:39:30Z");
const tickMs = 5_000;
const recording = await loadRecording(folder);
const { redact } = createRedactor({ salt: "eval" });
let right = 0;
let tried = 0;
let detected = 0;
const answers: Scored[] = [];

console.log("| trouble | detected after | diagnosis | fix among two |");
console.log("|---|---|---|---|");
for (const trouble of troubles.filter(
  (item) => part === undefined || item.name.includes(part) || item.cause.includes(part),
)) {
  const observation = createObservation({ cluster: "injected" });
  let ids = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++ids), learnMs: 3 * 60_000, tickMs });
  const later: Signal[] = [];
  let broken = false;
  let next = recording.start + tickMs;
  const last = new Map<string, { text: string; ok: boolean; fix: boolean; openedAt: number; probability: number }>();
  const feed = (signal: Signal) => {
    while (signal.at > next) {
      engine.tick(next);
      for (const incident of engine.incidents()) {
        if (incident.openedAt < brokenAt || incident.resolvedAt !== undefined) continue;
        const { diagnosis, recommendations } = diagnoseByRules({
          incident,
          observation,
          now: next,
          redact,
          version: 1,
        });
        const first = diagnosis.hypotheses[0];
        const ok = first !== undefined && first.cause === trouble.cause && refText(first.culprit) === trouble.culprit;
        const fix = recommendations.slice(0, 2).some((item) => item.action === trouble.fix[0]);
        last.set(incident.id, {
          text: `${first?.cause} ${first && refText(first.culprit)} ${first?.probability.toFixed(2)}${
            verbose
              ? ` (${incident.title}; ${diagnosis.hypotheses
                  .slice(1)
                  .map((item) => `${item.cause} ${refText(item.culprit)} ${item.probability.toFixed(2)}`)
                  .join(", ")})`
              : ""
          }`,
          ok,
          fix,
          openedAt: incident.openedAt,
          probability: first?.probability ?? 0,
        });
      }
      next += tickMs;
    }
    engine.ingest(signal);
  };
  for (const signal of recordedSignals(recording)) {
    if (signal.at > end) break;
    if (!broken && signal.at > brokenAt) {
      broken = true;
      const shop = await quietShop({
        observation,
        brokenAt,
        emit: (made) => (made.type === "object" ? engine.ingest(made) : later.push(made)),
      });
      trouble.breakIt(shop);
      later.sort((a, b) => a.at - b.at);
    }
    while (later[0] && later[0].at <= signal.at) {
      const due = later.shift();
      if (due) feed(due);
    }
    feed(signal);
  }
  tried++;
  const found = [...last.values()].sort((a, b) => Number(b.ok) - Number(a.ok))[0];
  if (found?.ok && found.fix) right++;
  if (found) {
    detected++;
    answers.push({ probability: found.probability, right: found.ok });
  }
  console.log(
    `| ${trouble.name} | ${found ? `${((found.openedAt - brokenAt) / 1_000).toFixed(0)} s` : "no incident"} | ${found ? `${found.ok ? "right" : "WRONG"}: ${found.text}` : `- (${trouble.cause})`} | ${found ? (found.fix ? "yes" : "no") : "-"} |${last.size > 1 ? ` ${last.size} incidents` : ""}`,
  );
}
console.log(`\n${right} of ${tried} detected, rightly explained and with the right fix among the first two`);
await finish({
  figures: [all("planted troubles that show: right cause, culprit and fix", right, detected)],
  answers,
});
