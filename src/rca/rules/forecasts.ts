import { isKind } from "../../cluster/kubernetes-types.ts";
import { bytesQuantity, coresQuantity, parseQuantity } from "../../cluster/quantity.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { CauseCode } from "../../incident/cause.ts";
import { own } from "../../lib/own.ts";
import { wholeWords } from "../../lib/whole-words.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { called, citeChange } from "./patterns.ts";

/** What a forecast says will happen, and how sure its mechanism is before it has happened. */
const causes: Readonly<Record<string, { readonly cause: CauseCode; readonly specificity: number }>> = {
  "volume-exhaustion": { cause: "volume-full", specificity: 0.9 },
  "node-disk-exhaustion": { cause: "node-pressure", specificity: 0.86 },
  "file-descriptor-exhaustion": { cause: "pool-exhausted", specificity: 0.84 },
  "ephemeral-storage-exhaustion": { cause: "ephemeral-storage", specificity: 0.9 },
  "quota-exhaustion": { cause: "quota-exceeded", specificity: 0.88 },
};

/** Every limit of a quota that is nearly reached, with half as much again. */
function roomierThan(open: Case, { target }: Anomaly): Readonly<Record<string, string>> {
  const quota = open.observation.objects.find(target)?.object;
  if (!isKind(quota, "ResourceQuota")) return {};
  const used = quota.status?.used ?? {};
  return Object.fromEntries(
    Object.entries(quota.status?.hard ?? quota.spec?.hard ?? {}).flatMap(([key, text]) => {
      const hard = parseQuantity(text);
      if (hard === undefined || (parseQuantity(used[key]) ?? 0) < 0.6 * hard) return [];
      const wanted = hard * 1.5;
      if (/memory|storage/.test(key)) return [[key, bytesQuantity(Math.ceil(wanted / 2 ** 20) * 2 ** 20)]];
      return [[key, /cpu/.test(key) ? coresQuantity(Math.ceil(wanted * 10) / 10) : String(Math.ceil(wanted))]];
    }),
  );
}

function foreseen(open: Case, anomaly: Anomaly): readonly Candidate[] {
  const known = own(causes, anomaly.reason);
  if (!known || anomaly.family !== "prediction") return [];
  const { target } = anomaly;
  const workload = target.kind === "Deployment" || target.kind === "StatefulSet" ? target : open.symptomatic[0];
  const change = workload && open.lastChange(workload, "image", "env", "replicas");
  return [
    candidate(
      {
        cause: known.cause,
        culprit: target,
        statement: `${called(target)} is filling up and will be exhausted: ${wholeWords(anomaly.summary, 400)}`,
        evidence: [
          ...open.cite({
            source: anomaly.series ? "metric" : "object",
            about: target,
            query: anomaly.series
              ? `${anomaly.series.name}{${Object.entries(anomaly.series.labels)
                  .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
                  .join(",")}}`
              : `kubectl -n ${target.namespace} describe ${target.kind.toLowerCase()} ${target.name}`,
            text: anomaly.summary,
            at: anomaly.detectedAt,
          }),
          ...citeChange(open, change),
        ],
        specificity: known.specificity,
        hits: [target, ...(workload ? [workload] : [])],
        since: anomaly.startsAt,
        facts: {
          ...(workload ? { workload } : {}),
          ...(known.cause === "quota-exceeded" ? { hard: roomierThan(open, anomaly) } : {}),
        },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** What will run out before it has: nothing has failed yet, so no log and no event tells of it. */
export const forecasts: Rule = (open) => open.incident.anomalies.flatMap((anomaly) => foreseen(open, anomaly));
