import { createHash } from "node:crypto";
import { z } from "zod";
import type { AuditEntry, AuditVerdict, PrunedAudit } from "../incident/audit-entry.ts";
import { canonicalJson } from "../lib/stable-hash.ts";

/** SHA-256 of a link without its hash, as canonical JSON, in hexadecimal. An export is checked with the same. */
export function linkHash(link: Omit<AuditEntry, "hash">): string {
  return createHash("sha256").update(canonicalJson(link)).digest("hex");
}

type Broken = Extract<AuditVerdict, { intact: false }>;
const broken = (seq: number, problem: Broken["problem"]): Broken => ({ intact: false, seq, problem });

export interface ChainWalk {
  /** Number of the last link that was taken. */
  readonly seq: number;
  /** Takes the next link; tells what is wrong with it. */
  take(entry: AuditEntry): Broken | undefined;
  /** Judges the whole, with the end as it is kept apart from the chain. */
  end(head: { readonly seq: number; readonly hash: string } | undefined): AuditVerdict;
}

/** Walks a chain link by link, oldest first. `known`: hashes of an earlier export by number. */
export function walkChain(known: ReadonlyMap<number, string>): ChainWalk {
  let [seq, prevHash] = [0, "0".repeat(64)];
  /** The oldest link that is left of a chain whose beginning is gone. */
  let first: AuditEntry | undefined;
  let pruned: PrunedAudit | undefined;
  const isRewritten = (number: number, hash: string) => (known.get(number) ?? hash) !== hash;
  return {
    get seq() {
      return seq;
    },
    take(entry) {
      if (seq === 0 && entry.seq > 1) {
        first = entry;
        [seq, prevHash] = [entry.seq - 1, entry.prevHash];
      }
      const { hash, ...link } = entry;
      if (entry.seq !== seq + 1) return broken(seq + 1, "missing");
      if (entry.prevHash !== prevHash) return broken(entry.seq, "not-chained");
      if (linkHash(link) !== hash) return broken(entry.seq, "changed");
      if (isRewritten(entry.seq, hash)) return broken(entry.seq, "rewritten");
      pruned = cutBefore(first, entry) ?? pruned;
      [seq, prevHash] = [entry.seq, hash];
      return undefined;
    },
    end(head) {
      if (first && !pruned) return broken(first.seq - 1, "missing");
      if (first && isRewritten(first.seq - 1, first.prevHash)) return broken(first.seq - 1, "rewritten");
      const lastKnown = known.keys().reduce((last, number) => Math.max(last, number), 0);
      if (!head || head.seq !== seq || head.hash !== prevHash || lastKnown > seq) return broken(seq + 1, "cut-off");
      return { intact: true, entries: first ? seq - first.seq + 1 : seq, ...(pruned ? { pruned } : {}) };
    },
  };
}

const prunedBody = z.object({ last: z.int().min(1), lastHash: z.string(), lastAt: z.number() });

/** The cut that an entry tells of, when it is the one before `first`, whose `prevHash` is known. */
function cutBefore(first: AuditEntry | undefined, { event, body, seq, at }: AuditEntry): PrunedAudit | undefined {
  if (event !== "audit.pruned" || !first) return undefined;
  const said = prunedBody.safeParse(body);
  if (!said.success || said.data.last !== first.seq - 1 || said.data.lastHash !== first.prevHash) return undefined;
  return { last: said.data.last, lastAt: said.data.lastAt, at, saidBy: seq };
}
