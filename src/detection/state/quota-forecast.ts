import type { ResourceQuota } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { timeLeftText } from "../time-left.ts";
import { rolloutOf } from "./rollout.ts";

/** One rise of what is used. */
interface Rise {
  readonly at: number;
  readonly used: number;
}
interface Growth {
  rises: Rise[];
  used: number;
}

const keptRises = 12;
const minRises = 5;
const minSpanMs = 150_000;
const horizonMs = 60 * 60_000;
const minShare = 0.6;
const maxGrowths = 10_000;

const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000));
const at = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

/** Slopes (per ms) of all pairs of rises, sorted: their median is the line of Theil and Sen. */
function slopesOf(rises: readonly Rise[]): readonly number[] {
  const slopes: number[] = [];
  for (const [i, first] of rises.entries()) {
    for (const second of rises.slice(i + 1)) {
      if (second.at > first.at) slopes.push((second.used - first.used) / (second.at - first.at));
    }
  }
  return slopes.sort((a, b) => a - b);
}

/** Several rises one after the other, spread over minutes, and the next one not overdue. */
function isSteady(rises: readonly Rise[], now: number): boolean {
  const first = rises[0];
  const last = rises.at(-1);
  if (!first || !last || rises.length < minRises || last.at - first.at < minSpanMs) return false;
  const gaps = rises
    .slice(1)
    .map((rise, i) => rise.at - (rises[i]?.at ?? 0))
    .sort((a, b) => a - b);
  return now - last.at <= 2.5 * at(gaps, 0.5) && at(gaps, 1) <= 4 * at(gaps, 0.5);
}

/** Workloads that are still being brought to their size ask for what they will not ask for again. */
function isScaling(quota: ResourceQuota, { observation }: DetectContext): boolean {
  return (["Deployment", "StatefulSet"] as const).some((kind) =>
    observation.objects.list(kind, quota.metadata.namespace).some((workload) => rolloutOf(workload).inProgress),
  );
}

const ofPods = /^(pods|count\/pods|cpu|memory|(requests|limits)\.(cpu|memory|ephemeral-storage))$/;

/**
 * Quotas that will be used up. Source: rises of `status.used` against `status.hard`. Not a fault: one step, however high; a
 * rollout or a scaling in progress; use that goes down again; growth that has paused.
 */
export function quotaForecast(): Detector {
  const growths = new Map<string, Growth>();

  function follow(key: string, used: number, now: number): Growth {
    let growth = growths.get(key);
    if (!growth) {
      if (growths.size >= maxGrowths) growths.clear();
      growth = { rises: [{ at: now, used }], used };
      growths.set(key, growth);
    }
    if (used > growth.used) {
      growth.rises.push({ at: now, used });
      if (growth.rises.length > keptRises) growth.rises.shift();
    } else if (used < growth.used) growth.rises = [{ at: now, used }];
    growth.used = used;
    return growth;
  }

  return {
    name: "quota-forecast",
    family: "prediction",
    nature: "fault",
    *detect(context: DetectContext): Iterable<Finding> {
      const { now, observation } = context;
      for (const quota of observation.objects.list("ResourceQuota")) {
        const target = refOf(quota);
        for (const [resource, text] of Object.entries(quota.status?.hard ?? {})) {
          const hard = parseQuantity(text);
          const used = parseQuantity(quota.status?.used?.[resource]);
          if (hard === undefined || used === undefined || hard <= 0) continue;
          const { rises } = follow(`${refKey(target)}/${resource}`, used, now);
          // The first of them is where following began, not a rise.
          const grown = rises.slice(1);
          if (used < minShare * hard || used >= hard || !isSteady(grown, now)) continue;
          if (ofPods.test(resource) && isScaling(quota, context)) continue;
          const slopes = slopesOf(grown);
          const slope = at(slopes, 0.5);
          const leftMs = (hard - used) / slope;
          if (!(slope > 0) || leftMs > horizonMs) continue;
          const soonest = (hard - used) / Math.max(slope, at(slopes, 0.9));
          const latest = (hard - used) / Math.min(slope, at(slopes, 0.1));
          const when = timeLeftText(now, { leftMs, soonestMs: soonest, latestMs: latest });
          const shown = quota.status?.used?.[resource] ?? String(used);
          yield {
            reason: "quota-exhaustion",
            target,
            detail: resource,
            severity: leftMs <= 15 * 60_000 ? "high" : "medium",
            score: used / hard,
            headline: `will allow no more ${resource} ${when}`,
            summary: `ResourceQuota ${target.name} has ${shown} of ${text} ${resource} used after ${grown.length} rises in ${minutes((grown.at(-1)?.at ?? now) - (grown[0]?.at ?? now))} min; it is used up ${when}`,
            startsAt: grown[0]?.at ?? now,
            value: used,
            expected: hard,
            unit: resource,
          };
        }
      }
    },
  };
}
