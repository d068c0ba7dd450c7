import { isoTime } from "../lib/clock.ts";
import type { GameDay, GameDayEntry } from "./game-day.ts";

interface TrueRef {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

interface TrueFault {
  readonly id: string;
  readonly injectedAt: string;
  readonly symptomVisibleAt: string;
  readonly fixedAt: string;
  readonly recoveredAt: string;
  readonly culprit: TrueRef;
  readonly cause: string;
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly fix: { readonly action: string; readonly target: TrueRef };
  readonly blastRadius: readonly TrueRef[];
}

/** What was broken on purpose on a game day, in the form of a recording's truth.json. */
export interface GameDayTruth {
  readonly faults: readonly TrueFault[];
  readonly quiet: readonly { readonly from: string; readonly to: string; readonly note: string }[];
}

interface Span {
  readonly entry: GameDayEntry;
  readonly from: number;
  readonly restoredAt: number;
  readonly to: number;
}

function spansOf(entries: readonly GameDayEntry[]): readonly Span[] {
  return entries.flatMap((entry): Span[] => {
    const { faultAt: from, restoredAt, recoveredAfterMs, endedAt } = entry.result ?? {};
    if (from === undefined || restoredAt === undefined || endedAt === undefined) return [];
    return [{ entry, from, restoredAt, to: recoveredAfterMs === undefined ? endedAt : restoredAt + recoveredAfterMs }];
  });
}

/** An expectation may leave open which object it hits; what was changed says which one it was. */
function hit(culprit: TrueRef, entry: GameDayEntry): TrueRef | undefined {
  if (culprit.name !== "*") return culprit;
  const start = `${culprit.kind} `;
  const changed = entry.result?.changes.find(({ target }) => target.startsWith(start))?.target.slice(start.length);
  return changed === undefined ? undefined : { ...culprit, name: changed.split("/").at(-1) ?? changed };
}

function faultOf({ entry, from, restoredAt, to }: Span): readonly TrueFault[] {
  const { expected, name, result } = entry;
  const { mendedAt } = result?.score ?? {};
  if (expected === "none") return [];
  const culprit = hit(expected.culprit, entry);
  if (!culprit) return [];
  const changes = (result?.changes ?? []).map(({ target, what }) => `${target}: ${what}`);
  return [
    {
      id: name,
      injectedAt: isoTime(from),
      // From here on it may be seen; when it first was, only the data say.
      symptomVisibleAt: isoTime(from),
      fixedAt: isoTime(mendedAt ?? restoredAt),
      // Nobody has asked in between: that the symptoms are gone is what the verdict of a fix says.
      recoveredAt: isoTime(mendedAt ?? to),
      culprit,
      cause: expected.cause,
      summary: changes.join("; "),
      evidence: changes,
      fix: { action: [expected.fix].flat()[0] ?? "none", target: culprit },
      blastRadius: [],
    },
  ];
}

/** Faults with an expected cause, and the times in which no incident is due. Pure. */
export function truthOf({ startedAt, endedAt, entries }: GameDay): GameDayTruth {
  const spans = spansOf(entries);
  const between = [...spans.map(({ from }) => from), endedAt].map((to, i) => ({
    from: spans[i - 1]?.to ?? startedAt,
    to,
    note: "normal operation",
  }));
  const borne = spans
    .filter(({ entry }) => entry.expected === "none")
    .map(({ entry, from, to }) => ({ from, to, note: `${entry.name}: to be borne without an incident` }));
  return {
    faults: spans.flatMap(faultOf),
    quiet: [...between, ...borne]
      .filter(({ from, to }) => to > from)
      .map(({ from, to, note }) => ({ from: isoTime(from), to: isoTime(to), note })),
  };
}
