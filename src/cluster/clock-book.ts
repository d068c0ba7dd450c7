import { type ObjectRef, sameRef } from "../incident/object-ref.ts";

/** What one witness tells of a node's clock with a stamp of its. */
export interface ClockStatement {
  readonly node: string;
  readonly by: ObjectRef;
  /** By the node's clock (ms). */
  readonly stampedAt: number;
  /** So far the clock is ahead, behind when below 0 (ms). */
  readonly aheadMs: number;
  /**
   * `proof`: it is ahead by at least, or behind by at least, so much. `prompt`: told as soon as it is stamped. `late`: it may be
   * old news of a right clock. Who is no proof of a clock that is behind proves that it is behind by no more.
   */
  readonly weight: "proof" | "prompt" | "late";
  /** Laid beside a stamp of the control plane's, not beside its receipt here. */
  readonly isDirect: boolean;
  /** When it was heard (ms). */
  readonly at: number;
}

export interface WrongClock {
  readonly node: string;
  /** Behind when below 0. */
  readonly aheadMs: number;
  /** Two or three that agree, those first that were laid beside the control plane's clock. */
  readonly witnesses: readonly ClockStatement[];
}

/**
 * Who says of which node that its clock is wrong, and how far, for people; what is measured is put right without it. Detection
 * writes it, everybody else reads.
 */
export interface ClockBook {
  /** A witness that stamps anew is believed anew; one that repeats an old stamp says nothing. */
  say(statement: ClockStatement): void;
  /** A node's clock is ahead by no more than this (ms): who says otherwise speaks of before it was set. */
  atMost(node: string, aheadMs: number): void;
  unsay(node: string, by: ObjectRef): void;
  /** What holds at `now` (ms): one has proved it, another agrees, and one of them has said so lately. */
  wrong(now: number): readonly WrongClock[];
}

/** What is less is no risk yet: clocks that are kept in step are milliseconds apart (ms). */
const oddMs = 5_000;
/** Stamps are whole seconds, and news takes one (ms). */
const toleratedMs = 2_000;
/** Two that tell of the same clock, each as late as it came (ms). */
const agreeMs = 10_000;
/** A kubelet says every five minutes that it is alive (https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats). */
const lateMs = 15 * 60_000;
const forgottenMs = 24 * 60 * 60_000;
/** Twice as many as the largest clusters that are supported have. */
const maxNodes = 10_000;
/** Of each weight, for each node. */
const maxKept = 4;

interface Page {
  readonly kept: readonly ClockStatement[];
  /** When it was last heard that the clock is right (ms). */
  readonly soundAt: number;
}

const isOdd = ({ aheadMs }: ClockStatement) => Math.abs(aheadMs) > oddMs;
const agree = (a: ClockStatement, b: ClockStatement) =>
  !sameRef(a.by, b.by) && isOdd(b) && Math.abs(a.aheadMs - b.aheadMs) < agreeMs;

/** The statements with one more; it ends what it replaces, and what it proves to be of before the clock was set forward. */
function withOne(kept: readonly ClockStatement[], one: ClockStatement): readonly ClockStatement[] {
  const saysAtMost = one.weight === "proof" && one.aheadMs < 0;
  const holds = (other: ClockStatement) =>
    (one.weight === "late" || !sameRef(other.by, one.by)) &&
    (other.aheadMs > 0 || saysAtMost || one.aheadMs < other.aheadMs + agreeMs);
  const others = kept.filter(holds);
  if (one.weight === "late" || !isOdd(one)) return others;
  const alike = others.filter(({ weight }) => weight === one.weight);
  return [...(alike.length < maxKept ? others : others.filter((other) => other !== alike[0])), one];
}

function judged(node: string, { kept }: Page, now: number): WrongClock | undefined {
  const held = kept.filter(({ at }) => now - at <= forgottenMs).toReversed();
  for (const proof of held.filter(({ weight }) => weight === "proof")) {
    const witnesses = [proof, ...held.filter((other) => agree(proof, other))];
    if (witnesses.length < 2 || witnesses.every(({ at }) => now - at > lateMs)) continue;
    const farthest = Math.max(...witnesses.map(({ aheadMs }) => Math.abs(aheadMs)));
    const shown = witnesses.toSorted((a, b) => Number(b.isDirect) - Number(a.isDirect)).slice(0, 3);
    return { node, aheadMs: Math.sign(proof.aheadMs) * farthest, witnesses: shown };
  }
  return undefined;
}

/**
 * Holds at most 10,000 nodes, the one least lately spoken of gives way, and four statements of each weight for a node.
 */
export function createClockBook(): ClockBook {
  const pages = new Map<string, Page>();

  function turn(node: string, page: Page): void {
    pages.delete(node);
    if (page.kept.length === 0 && page.soundAt === Number.NEGATIVE_INFINITY) return;
    pages.set(node, page);
    const oldest = pages.keys().next().value;
    if (pages.size > maxNodes && oldest !== undefined) pages.delete(oldest);
  }
  const pageOf = (node: string): Page => pages.get(node) ?? { kept: [], soundAt: Number.NEGATIVE_INFINITY };

  return {
    say(statement) {
      const { kept, soundAt } = pageOf(statement.node);
      const before = kept.find(({ by }) => sameRef(by, statement.by));
      if (!Number.isFinite(statement.aheadMs) || (before && statement.stampedAt <= before.stampedAt)) return;
      if (statement.weight === "late" && kept.length === 0) return;
      turn(statement.node, {
        kept: withOne(kept, statement),
        soundAt: isOdd(statement) || statement.weight === "late" ? soundAt : statement.at,
      });
    },
    atMost(node, aheadMs) {
      const page = pages.get(node);
      if (page && Number.isFinite(aheadMs))
        turn(node, { ...page, kept: page.kept.filter((one) => one.aheadMs <= aheadMs + toleratedMs) });
    },
    unsay(node, by) {
      const page = pages.get(node);
      if (page) turn(node, { ...page, kept: page.kept.filter((one) => !sameRef(one.by, by)) });
    },
    wrong(now) {
      const sound = new Set([...pages].filter(([, { soundAt }]) => now - soundAt <= lateMs).map(([node]) => node));
      const found = [...pages].flatMap(([node, page]) => judged(node, page, now) ?? []);
      // By their receipt alone, clocks that are all wrong are one that is: that of who receives.
      return found.filter(
        ({ node, witnesses }) =>
          witnesses.some(({ isDirect }) => isDirect) || [...sound].some((other) => other !== node),
      );
    },
  };
}
