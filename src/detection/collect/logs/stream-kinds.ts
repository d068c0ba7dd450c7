import { createHash } from "node:crypto";
import type { LogLine } from "../../../cluster/signal.ts";
import { createTemplateMiner } from "../../logs/templates/template-miner.ts";

/** One kind of line since the last commit. Times in ms. */
export interface StreamTemplate {
  readonly namespace: string;
  readonly key: string;
  readonly text: string;
  readonly pod: string;
  readonly container: string;
  readonly line: string;
  readonly lines: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Counts lines by kind from one commit to the next. */
export interface StreamKinds {
  count(line: LogLine): void;
  /** What was counted since it was last asked, one entry a kind. */
  take(): readonly StreamTemplate[];
}

/** Kinds that are counted between two commits; lines of more are counted without their kind. */
const maxKinds = 2_000;

/**
 * Holds 2,000 kinds between two calls of `take`, and 10,000 in all to know them again. A kind has the same key in every
 * process that has seen the same lines.
 */
export function createStreamKinds(): StreamKinds {
  const miner = createTemplateMiner({ maxTemplates: 10_000, maxLineChars: 1_024, keepMethods: true });
  let kinds = new Map<string, { -readonly [K in keyof StreamTemplate]: StreamTemplate[K] }>();
  return {
    count({ namespace, pod, container, line, at }) {
      const id = miner.learn(line);
      const own = `${namespace}/${id}`;
      const known = kinds.get(own);
      if (known) {
        known.lines++;
        known.firstAt = Math.min(known.firstAt, at);
        known.lastAt = Math.max(known.lastAt, at);
        known.pod = pod;
        return;
      }
      if (kinds.size >= maxKinds) return;
      const text = miner.template(id)?.text ?? line;
      const key = createHash("sha256").update(text).digest("base64url").slice(0, 22);
      kinds.set(own, { namespace, key, text, pod, container, line, lines: 1, firstAt: at, lastAt: at });
    },
    take() {
      const counted = byKey(kinds.values());
      kinds = new Map();
      return counted;
    },
  };
}

/** Kinds that the miner has come to hold for the same count together. */
function byKey(kinds: Iterable<StreamTemplate>): readonly StreamTemplate[] {
  const merged = new Map<string, StreamTemplate>();
  for (const one of kinds) {
    const own = `${one.namespace}/${one.key}`;
    const known = merged.get(own);
    merged.set(
      own,
      known
        ? {
            ...known,
            lines: known.lines + one.lines,
            firstAt: Math.min(known.firstAt, one.firstAt),
            lastAt: Math.max(known.lastAt, one.lastAt),
          }
        : { ...one },
    );
  }
  return [...merged.values()];
}
