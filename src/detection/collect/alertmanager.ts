import { z } from "zod";
import type { Alert } from "../../cluster/alert-store.ts";
import type { Signal } from "../../cluster/signal.ts";
import { messageOf } from "../../lib/app-error.ts";
import { digestOf } from "../../lib/stable-hash.ts";
import { untilToken } from "../../lib/until-token.ts";
import { anyItems, labelsUpTo } from "./bounded-json.ts";
import type { SourceContext } from "./source-context.ts";

/** A group may hold thousands; the first that fire say what there is to say. */
const maxAlerts = 500;
/** That one has ended is said once: who does not hear it holds it for hours. */
const maxResolved = 5_000;
const maxLabels = 64;
const maxChars = 1_000;

const labelSet = labelsUpTo(maxLabels);
/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config; what newer versions add is let pass. */
const webhook = z.object({
  version: z.literal("4"),
  status: z.enum(["firing", "resolved"]),
  receiver: z.string().optional(),
  groupKey: z.string().min(1).optional(),
  truncatedAlerts: z.number().default(0),
  commonAnnotations: labelSet.optional(),
  alerts: anyItems,
});
const alertSchema = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: labelSet,
  annotations: labelSet.optional(),
  startsAt: z.string(),
  endsAt: z.string().default(""),
  fingerprint: z.string().max(100).optional(),
});

export type ReadAlerts =
  | {
      readonly ok: true;
      readonly alerts: readonly Alert[];
      readonly dropped: number;
      /** Whose alerts these are: the same for each notification of one group to one receiver. Absent when it is not said. */
      readonly group?: string;
    }
  | { readonly ok: false; readonly detail: string };

function bounded(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name.slice(0, maxChars), value.slice(0, maxChars)]),
  );
}

function problemOf({ issues: [issue] }: z.ZodError): string {
  return issue ? `${issue.path.join(".") || "(top)"}: ${issue.message}` : "not readable";
}

/** Reads one notification of a group. `dropped` counts alerts beyond the bound and those without a readable start. */
export function readAlerts(body: string): ReadAlerts {
  try {
    const group = webhook.parse(JSON.parse(body));
    const alerts: Alert[] = [];
    const { commonAnnotations = {} } = group;
    let [firing, resolved] = [0, 0];
    for (const [index, item] of group.alerts.entries()) {
      const hasEnded = typeof item === "object" && item !== null && Reflect.get(item, "status") === "resolved";
      if (hasEnded ? resolved >= maxResolved : firing >= maxAlerts) continue;
      if (hasEnded) resolved++;
      else firing++;
      const read = alertSchema.safeParse(item);
      if (!read.success) return { ok: false, detail: `alerts.${index}.${problemOf(read.error)}` };
      const { status, labels, annotations = {}, startsAt, endsAt, fingerprint } = read.data;
      const from = Date.parse(startsAt);
      // Year 1 is how Go writes "not yet".
      const to = Date.parse(endsAt);
      if (!(from > 0)) continue;
      const kept = bounded(labels);
      const text =
        annotations["summary"] ?? annotations["description"] ?? annotations["message"] ?? commonAnnotations["summary"];
      alerts.push({
        fingerprint: fingerprint ?? digestOf(kept).slice(0, 16),
        status,
        name: kept["alertname"] ?? "alert",
        labels: kept,
        summary: untilToken(text ?? "", maxChars),
        startsAt: from,
        ...(to > 0 ? { endsAt: to } : {}),
      });
    }
    const { groupKey, receiver = "" } = group;
    return {
      ok: true,
      alerts,
      dropped: group.alerts.length - alerts.length + group.truncatedAlerts,
      ...(groupKey === undefined ? {} : { group: digestOf([receiver, groupKey]).slice(0, 16) }),
    };
  } catch (error) {
    return { ok: false, detail: error instanceof z.ZodError ? problemOf(error) : messageOf(error, 120) };
  }
}

/**
 * What a notification says, as signals. A notification names every alert of its group that fires or has just ended and is not
 * held back, so one that is whole also says which have gone: an alert that ends while it is inhibited or silenced is told in
 * no other way (https://prometheus.io/docs/alerting/latest/alertmanager/, prometheus/alertmanager#226).
 */
export function alertSignals(read: Extract<ReadAlerts, { ok: true }>, at: number): readonly Signal[] {
  const { alerts, dropped, group } = read;
  if (group === undefined) return alerts.map((alert) => ({ type: "alert", at, alert }));
  const told = alerts.map((alert): Signal => ({ type: "alert", at, alert, group }));
  if (dropped > 0) return told;
  return [...told, { type: "alert-group", at, group, fingerprints: alerts.map(({ fingerprint }) => fingerprint) }];
}

export type AlertAnswer =
  | { readonly outcome: "accepted"; readonly alerts: number }
  | { readonly outcome: "malformed"; readonly detail: string }
  | { readonly outcome: "full" | "not-ready"; readonly retryAfterSeconds: number };

/** Takes the notifications of an Alertmanager. */
export interface AlertIntake {
  notify(body: string): AlertAnswer;
  /** To be run as one of the sources of `liveSignals`: until then nothing is taken. */
  source(context: SourceContext): Promise<void>;
  readonly stats: { readonly alerts: number; readonly dropped: number; readonly refusedRequests: number };
}

/**
 * Nothing is kept here: what is refused (`full`, `not-ready`) the Alertmanager sends again. For one delivery at most
 * 500 firing and 5,000 resolved alerts; the rest is counted.
 */
export function createAlertIntake(): AlertIntake {
  const counts = { alerts: 0, dropped: 0, refusedRequests: 0 };
  let context: SourceContext | undefined;
  const refused = <T extends AlertAnswer>(answer: T): T => {
    counts.refusedRequests++;
    return answer;
  };
  return {
    notify(body) {
      if (!context) return refused({ outcome: "not-ready", retryAfterSeconds: 5 });
      const read = readAlerts(body);
      if (!read.ok) return refused({ outcome: "malformed", detail: read.detail });
      const { clock, emit, room } = context;
      const signals = alertSignals(read, clock.now());
      if (room() < signals.length) return refused({ outcome: "full", retryAfterSeconds: 5 });
      for (const signal of signals) emit(signal);
      counts.alerts += read.alerts.length;
      counts.dropped += read.dropped;
      return { outcome: "accepted", alerts: read.alerts.length };
    },
    async source(given) {
      context = given;
      await new Promise<void>((resolve) => {
        if (given.signal.aborted) resolve();
        else given.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      context = undefined;
    },
    get stats() {
      return { ...counts };
    },
  };
}
