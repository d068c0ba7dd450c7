import { z } from "zod";
import type { Alert } from "../../cluster/alert-store.ts";
import { messageOf } from "../../lib/app-error.ts";
import { digestOf } from "../../lib/stable-hash.ts";
import { anyItems, labelsUpTo } from "./bounded-json.ts";
import type { SourceContext } from "./source-context.ts";

/** A group may hold thousands; the first say what there is to say. */
const maxAlerts = 500;
const maxLabels = 64;
const maxChars = 1_000;

const labelSet = labelsUpTo(maxLabels);
/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config; what newer versions add is let pass. */
const webhook = z.object({
  version: z.literal("4"),
  status: z.enum(["firing", "resolved"]),
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
  | { readonly ok: true; readonly alerts: readonly Alert[]; readonly dropped: number }
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
    for (const [index, item] of group.alerts.slice(0, maxAlerts).entries()) {
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
        summary: (text ?? "").slice(0, maxChars),
        startsAt: from,
        ...(to > 0 ? { endsAt: to } : {}),
      });
    }
    return { ok: true, alerts, dropped: group.alerts.length - alerts.length + group.truncatedAlerts };
  } catch (error) {
    return { ok: false, detail: error instanceof z.ZodError ? problemOf(error) : messageOf(error, 120) };
  }
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
      if (room() < read.alerts.length) return refused({ outcome: "full", retryAfterSeconds: 5 });
      for (const alert of read.alerts) emit({ type: "alert", at: clock.now(), alert });
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
