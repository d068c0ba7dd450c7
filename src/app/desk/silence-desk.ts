import type { DeskOutcome, Operations, SilencePreview } from "../../bot/desk.ts";
import { blindDetector } from "../../detection/blind/source-silence.ts";
import { detectorFactories } from "../../detection/engine/registry.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Person } from "../../incident/approval.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";
import {
  isOneObject,
  longestSilenceMs,
  matcherText,
  type SilenceMatcher,
  type SilenceRequest,
  silenceMatches,
} from "../../incident/silence.ts";
import { type Clock, isoTime } from "../../lib/clock.ts";
import { nearestSetting } from "../../lib/nearest-setting.ts";
import type { Database } from "../../store/database.ts";
import { listIncidents } from "../../store/incidents/incidents.ts";
import { titled } from "../../store/incidents/titled.ts";
import { addSilence, clusterOfSilence, endSilence, standingSilences } from "../../store/people/silences.ts";
import type { Watching } from "./watching.ts";

export interface SilenceDeskDeps {
  readonly database: Database;
  readonly redact: Redact;
  readonly clock: Clock;
  readonly cluster: string;
  readonly watching?: Watching | undefined;
  /** Whether the policy lets this person keep so much quiet. */
  readonly maySilence: (by: Person, matcher: SilenceMatcher) => Promise<boolean>;
}

const shownActive = 8;
const pastDays = 7;
const pastLimit = 500;
const shortestMs = 60_000;

/** In words when nothing could ever be kept quiet: there is no detector of that name. */
function unknownDetector({ detector }: SilenceMatcher): string | undefined {
  const names = [...detectorFactories.map((make) => make().name), blindDetector];
  if (detector === undefined || names.includes(detector)) return undefined;
  const meant = nearestSetting(detector, names);
  const help = meant ? `Did you mean \`detector:${meant}\`?` : "docs/catalogue.md has them all.";
  return `there is no detector ${detector}. ${help}`;
}

/** Silences: seen before they are made, kept with who asked for them, as far as the policy lets them; ended by anybody. */
export function createSilenceDesk(
  deps: SilenceDeskDeps,
): Pick<Operations, "previewSilence" | "silence" | "silences" | "endSilence"> {
  const { database, redact, clock, cluster, watching } = deps;
  const windowOf = ({ startsInMs, durationMs }: SilenceRequest) => {
    const from = clock.now() + Math.max(0, startsInMs);
    return { from, until: from + Math.min(longestSilenceMs, Math.max(shortestMs, durationMs)) };
  };
  const matchesAll = (request: SilenceRequest, anomalies: readonly Anomaly[]) =>
    anomalies.length > 0 && anomalies.every((anomaly) => silenceMatches(request.matcher, anomaly));

  return {
    async previewSilence(request): Promise<SilencePreview> {
      const now = clock.now();
      const past = (await listIncidents(database, { cluster, limit: pastLimit })).filter(
        (incident) => incident.openedAt > now - pastDays * 86_400_000 && incident.mergedInto === undefined,
      );
      const open = past.filter(
        (incident) =>
          incident.status !== "resolved" &&
          incident.anomalies.some((one) => one.endsAt === undefined && silenceMatches(request.matcher, one)),
      );
      const seen = watching?.active() ?? open.flatMap(({ anomalies }) => anomalies).filter((one) => !one.endsAt);
      const active = seen.filter((anomaly) => silenceMatches(request.matcher, anomaly));
      return {
        matcher: request.matcher,
        ...windowOf(request),
        active: active.slice(0, shownActive).map(({ target, summary }) => ({ target, summary: redact(summary) })),
        more: Math.max(0, active.length - shownActive),
        open: await titled(database, open),
        past: {
          matched: past.filter(({ anomalies }) => matchesAll(request, anomalies)).length,
          of: past.length,
          days: pastDays,
        },
      };
    },
    async silence(request, by): Promise<DeskOutcome> {
      const stranger = unknownDetector(request.matcher);
      if (stranger) return { ok: false, text: `Nothing was silenced: ${stranger}` };
      const { from, until } = windowOf(request);
      if (!(await deps.maySilence(by, request.matcher)))
        return {
          ok: false,
          text: `Nothing was silenced: for ${matcherText(request.matcher)} the policy wants an approver (\`whoMaySilence\`)${isOneObject(request.matcher) ? "" : ". Silence one workload by its namespace and name (`shop/carts`), or ask one of them"}.`,
        };
      const silence = await addSilence(database, {
        cluster,
        matcher: request.matcher,
        from,
        until,
        reason: quoted(request.reason, 500, redact),
        by,
        createdAt: clock.now(),
      });
      await watching?.silencesChanged();
      const when = request.startsInMs > 0 ? ` from ${isoTime(from).slice(0, 16).replace("T", " ")} UTC` : "";
      return {
        ok: true,
        text: `Silence ${silence.id}: ${matcherText(request.matcher)} raises no incident${when} until ${isoTime(until).slice(0, 16).replace("T", " ")} UTC. \`/incident unsilence ${silence.id}\` ends it early.`,
      };
    },
    silences: () => standingSilences(database, cluster, clock.now()),
    async endSilence(id, by) {
      const at = clock.now();
      const isNumber = /^\d{1,18}$/.test(id);
      const ended = isNumber ? await endSilence(database, cluster, { id, by, at }) : undefined;
      const other = ended || !isNumber ? undefined : await clusterOfSilence(database, id, at);
      if (other !== undefined)
        return {
          ok: false,
          text: redact(`Silence ${id} is of the cluster ${other}; its own kubemend ends it. Nothing was changed.`),
        };
      if (!ended)
        return { ok: false, text: `There is no silence ${id} that still holds; \`/incident silences\` shows them.` };
      await watching?.silencesChanged();
      return { ok: true, text: `Silence ${id} has ended: ${matcherText(ended.matcher)} raises incidents again.` };
    },
  };
}
