import { createHash } from "node:crypto";
import type { Evidence, EvidenceSource } from "../../incident/evidence.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { refKey } from "../../incident/object-ref.ts";
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
}

export interface EvidenceBook {
  /** Quotes a fact and returns its id; the same fact again gives the same id. Undefined when the book is full. */
  cite(finding: Finding): string | undefined;
  /** What was quoted in this round, in order of id; then what earlier rounds quoted and nobody repeated. */
  entries(): readonly Evidence[];
  /** Quoted in this round only. */
  fresh(): readonly Evidence[];
  get(id: string): Evidence | undefined;
  readonly dropped: number;
}

const maxTextChars = 1_200;
const number = (id: string) => Number(id.slice(1)) || 0;

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
  const maxEntries = options.maxEntries ?? 120;
  const known = new Map((options.previous ?? []).map((entry) => [`${refKey(entry.about)}|${entry.hash}`, entry]));
  const byId = new Map((options.previous ?? []).map((entry) => [entry.id, entry]));
  const current = new Map<string, Evidence>();
  let next = Math.max(0, ...(options.previous ?? []).map((entry) => number(entry.id))) + 1;
  let dropped = 0;

  return {
    cite(finding) {
      const trimmed = finding.text.length > maxTextChars ? `${finding.text.slice(0, maxTextChars)} …` : finding.text;
      const text = options.redact(trimmed);
      const query = String(options.redact(finding.query));
      const hash = createHash("sha256").update(`${finding.source}\n${query}\n${text}`).digest("hex");
      const key = `${refKey(finding.about)}|${hash}`;
      const repeated = current.get(key) ?? known.get(key);
      if (repeated) {
        current.set(key, repeated);
        return repeated.id;
      }
      if (current.size >= maxEntries) {
        dropped++;
        return undefined;
      }
      const entry: Evidence = {
        id: `E${next++}`,
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
      const fresh = [...current.values()].sort((a, b) => number(a.id) - number(b.id));
      const ids = new Set(fresh.map((entry) => entry.id));
      const older = (options.previous ?? []).filter((entry) => !ids.has(entry.id));
      return [...fresh, ...older.slice(-maxEntries)];
    },
    fresh: () => [...current.values()].sort((a, b) => number(a.id) - number(b.id)),
    get: (id) => byId.get(id),
    get dropped() {
      return dropped;
    },
  };
}
