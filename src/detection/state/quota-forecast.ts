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

/** How long the room lasts (ms) by the middle slope and, as far as the slopes differ, at soonest and at latest. */
function timeLeft(rises: readonly Rise[], room: number) {
  const slopes = slopesOf(rises);
  const slope = at(slopes, 0.5);
  if (!(slope > 0)) return undefined;
  return {
    leftMs: room / slope,
    soonestMs: room / Math.max(slope, at(slopes, 0.9)),
    latestMs: room / Math.min(slope, at(slopes, 0.1)),
  };
}

/** What may be used of a resource and what is, with the texts of both; undefined without two numbers to compare. */
function useOf({ status }: ResourceQuota, resource: string) {
  const hardText = status?.hard?.[resource];
  const usedText = status?.used?.[resource];
  const hard = parseQuantity(hardText);
  const used = parseQuantity(usedText);
  if (hard === undefined || used === undefined || hard <= 0) return undefined;
  return { hard, used, shown: `${usedText ?? used} of ${hardText}` };
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
        for (const resource of Object.keys(quota.status?.hard ?? {})) {
          const use = useOf(quota, resource);
          if (!use) continue;
          const { hard, used } = use;
          const { rises } = follow(`${refKey(target)}/${resource}`, used, now);
          // The first of them is where following began, not a rise.
          const grown = rises.slice(1);
          if (used < minShare * hard || used >= hard || !isSteady(grown, now)) continue;
          if (ofPods.test(resource) && isScaling(quota, context)) continue;
          const left = timeLeft(grown, hard - used);
          if (!left || left.leftMs > horizonMs) continue;
          const when = timeLeftText(now, left);
          const startsAt = grown[0]?.at ?? now;
          const grewMinutes = minutes((grown.at(-1)?.at ?? now) - startsAt);
          yield {
            reason: "quota-exhaustion",
            target,
            detail: resource,
            severity: left.leftMs <= 15 * 60_000 ? "high" : "medium",
            score: used / hard,
            headline: `will allow no more ${resource} ${when}`,
            summary: `ResourceQuota ${target.name} has ${use.shown} ${resource} used after ${grown.length} rises in ${grewMinutes} min; it is used up ${when}`,
            startsAt,
            value: used,
            expected: hard,
            unit: resource,
          };
        }
      }
    },
  };
}
