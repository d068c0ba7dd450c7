import { createHash } from "node:crypto";
import type { Evidence, EvidenceSource } from "../../incident/diagnosis/evidence.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { refKey } from "../../incident/object-ref.ts";
import { redactedAhead } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";

/** A fact before it is quoted: the text still needs the redactor, the id is not given yet. */
export interface Finding {
  readonly source: EvidenceSource;
  readonly about: ObjectRef;
  /** Command or expression with which a person gets the same answer. */
  readonly query: string;
  readonly text: string;
  readonly at: number;
  readonly from?: number;
  readonly to?: number;
  readonly status?: Evidence["status"];
  /** Characters of the text that are kept, when more than usual. */
  readonly maxChars?: number;
}

/** `E`: gathered by the engine. `L`: looked up by a model for a diagnosis. `A`: looked up for a person's question. */
export type IdLetter = "E" | "L" | "A";

export interface EvidenceBook {
  /**
   * Quotes a fact and returns its id; the same fact again gives the same id. Undefined when the book is full, and for a fact
   * without a time: no row could hold it, and one such fact would cost the whole diagnosis.
   */
  cite(finding: Finding, letter?: IdLetter): string | undefined;
  /** What was quoted in this round, in order of id; then what earlier rounds quoted and nobody repeated. */
  entries(): readonly Evidence[];
  /** Quoted in this round only. */
  fresh(): readonly Evidence[];
  get(id: string): Evidence | undefined;
  readonly dropped: number;
}

/** What the engine quotes is short; what is looked up on request may say more. */
const maxTextChars = 1_200;
const number = (id: string) => Number(id.slice(1)) || 0;
const idLetters = "ELA";
const byLetterAndNumber = (a: Evidence, b: Evidence) =>
  idLetters.indexOf(a.id.slice(0, 1)) - idLetters.indexOf(b.id.slice(0, 1)) || number(a.id) - number(b.id);

/**
 * Collects the evidence of one incident. Ids are stable: a fact with the same source, query and text keeps the id that
 * it had in `previous`, so that an older message's `E7` still means the same.
 */
export function createEvidenceBook(options: {
  readonly redact: Redact;
  readonly previous?: readonly Evidence[];
  /** A message cannot show more, and a prompt should not pay for more. */
  readonly maxEntries?: number;
}): EvidenceBook {
  const { maxEntries = 120 } = options;
  const known = new Map((options.previous ?? []).map((entry) => [`${refKey(entry.about)}|${entry.hash}`, entry]));
  const byId = new Map((options.previous ?? []).map((entry) => [entry.id, entry]));
  const current = new Map<string, Evidence>();
  const last = new Map<string, number>();
  for (const { id } of options.previous ?? [])
    last.set(id.slice(0, 1), Math.max(last.get(id.slice(0, 1)) ?? 0, number(id)));
  // Each letter counts for itself: who looks something up while a diagnosis is made takes no id from it.
  const nextOf = (letter: IdLetter) => {
    const next = (last.get(letter) ?? 0) + 1;
    last.set(letter, next);
    return next;
  };
  let dropped = 0;

  return {
    cite(finding, letter = "E") {
      const limit = finding.maxChars ?? maxTextChars;
      const whole = redactedAhead(finding.text, limit, options.redact);
      const missing = finding.text.length - limit;
      const text =
        missing > 0 && whole.length > limit
          ? options.redact(`${whole.slice(0, limit)} [… ${missing} characters more]`)
          : whole;
      const query = String(options.redact(finding.query));
      const hash = createHash("sha256").update(`${finding.source}\n${query}\n${text}`).digest("hex");
      const key = `${refKey(finding.about)}|${hash}`;
      const repeated = current.get(key) ?? known.get(key);
      if (repeated) {
        current.set(key, repeated);
        return repeated.id;
      }
      if (current.size >= maxEntries || ![finding.at, finding.from ?? 0, finding.to ?? 0].every(Number.isFinite)) {
        dropped++;
        return undefined;
      }
      const entry: Evidence = {
        id: `${letter}${nextOf(letter)}`,
        source: finding.source,
        about: finding.about,
        query,
        ...(finding.from === undefined ? {} : { from: finding.from }),
        ...(finding.to === undefined ? {} : { to: finding.to }),
        status: finding.status ?? "ok",
        text,
        at: finding.at,
        hash,
      };
      current.set(key, entry);
      byId.set(entry.id, entry);
      return entry.id;
    },
    entries() {
      const fresh = [...current.values()].sort(byLetterAndNumber);
      const ids = new Set(fresh.map((entry) => entry.id));
      const older = (options.previous ?? []).filter((entry) => !ids.has(entry.id));
      return [...fresh, ...older.slice(-maxEntries)];
    },
    fresh: () => [...current.values()].sort(byLetterAndNumber),
    get: (id) => byId.get(id),
    get dropped() {
      return dropped;
    },
  };
}
