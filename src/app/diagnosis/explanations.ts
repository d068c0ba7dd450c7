import type { Incident } from "../../incident/incident.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Begun } from "../../rca/diagnose.ts";
import type { DiagnoseDeps, DiagnosedStep } from "./diagnose-step.ts";
import { explainStep } from "./explain-step.ts";

export interface Explanations {
  /** Takes what a diagnosis has left for the model; the newest of an incident counts. */
  add(incident: Incident, left: NonNullable<DiagnosedStep["explain"]>): void;
  /** Resolves when nothing is being read any more. */
  idle(): Promise<void>;
}

/** A model reads for a minute; more at once would only wait for each other at its server. */
const atOnce = 3;
/** Incidents that wait; beyond it the rules' answer stands. Nobody reads the explanation of the hundredth. */
const maxWaiting = 100;

interface Waiting {
  readonly incident: Incident;
  readonly begin: NonNullable<Begun["explain"]>;
  readonly version: number;
}

/** Lets the model read beside the ticks and beside further diagnoses, a few incidents at once, each once at a time. */
export function createExplanations(
  deps: DiagnoseDeps,
  onExplained: (incidentId: string) => Promise<void>,
): Explanations {
  const { model, log, database, redact, signal } = deps;
  const waiting = new Map<string, Waiting>();
  const reading = new Map<string, Promise<void>>();

  const read = async ({ incident, begin, version }: Waiting) => {
    if (!model) return;
    try {
      const fresh = await explainStep({ database, redact, log, model, signal }, incident, begin, version);
      if (fresh) await onExplained(incident.id);
    } catch (error) {
      log.error({ incident: incident.id, error: messageOf(error) }, "incident.explanation-failed");
    }
  };
  const next = () => {
    if (signal?.aborted) waiting.clear();
    for (const [id, one] of waiting) {
      if (reading.size >= atOnce) return;
      if (reading.has(id)) continue;
      waiting.delete(id);
      reading.set(
        id,
        read(one).finally(() => {
          reading.delete(id);
          next();
        }),
      );
    }
  };
  return {
    add(incident, { begin, version }) {
      waiting.delete(incident.id);
      if (waiting.size >= maxWaiting) {
        log.warn({ incident: incident.id, waiting: waiting.size }, "incident.explanation-dropped");
        return;
      }
      waiting.set(incident.id, { incident, begin, version });
      next();
    },
    async idle() {
      while (reading.size > 0) await Promise.all(reading.values());
    },
  };
}
