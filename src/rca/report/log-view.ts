import { clusterOf, type LogMark } from "../../cluster/log-cluster.ts";
import type { LogQuote, LogView } from "../../incident/diagnosis/log-view.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import type { Case } from "../case/case.ts";
import { gistOf } from "../gather/line-gist.ts";
import { type LogWindow, logFactsOf } from "../gather/logs.ts";
import { gistOfKept, levelOfKept } from "../gather/read-once.ts";
import { reportsFigures } from "./reports-figures.ts";

/** The first word of trouble may be older than the first symptom that was measured. */
const preludeMs = 60_000;
const maxWorkloads = 20;
/** Ordinary lines are looked at in this many only; each costs some microseconds. */
const maxOrdinaryLines = 2_000;
const maxLinesPerPod = 200;
const quoteChars = 400;

interface Mark extends LogMark {
  readonly text: Redacted;
}

function severeOf(open: Case, workload: ObjectRef, window: LogWindow, redact: Redact): Mark[] {
  return logFactsOf(open.observation, workload, open.topology.podNamesOf(workload), window)
    .filter(({ level }) => level !== "other")
    .map((fact) => ({
      workload,
      level: fact.level,
      pod: fact.pod,
      text: quoted(gistOf(fact.example).text, quoteChars, redact),
      firstAt: fact.first,
      lastAt: fact.last,
      count: fact.count,
      countBefore: fact.countBefore,
    }));
}

interface Ordinary {
  readonly line: string;
  readonly pod: string;
  readonly firstAt: number;
  lastAt: number;
  count: number;
}

/**
 * Kinds of ordinary lines that a pod, which had written before, wrote for the first time since the window began; and
 * examples of what it wrote before.
 */
function ordinaryOf(open: Case, workload: ObjectRef, from: number, budget: { lines: number }) {
  const news: Ordinary[] = [];
  const background: string[] = [];
  for (const pod of open.topology.podNamesOf(workload)) {
    if (budget.lines <= 0) break;
    const namespace = workload.namespace ?? "";
    const lines = open.observation.logs.lines({ namespace, pod, from: open.window.before, to: open.now });
    const begins = lines.findIndex(({ at }) => at >= from);
    const before = (begins < 0 ? lines : lines.slice(0, begins)).slice(-maxLinesPerPod);
    const after = begins < 0 ? [] : lines.slice(begins, begins + maxLinesPerPod);
    // A pod without a past has no usual lines that others could be compared with.
    if (before.length < 20) continue;
    budget.lines -= before.length + after.length;
    const known = new Set<string>();
    for (const kept of before) {
      const { kind } = gistOfKept(kept);
      if (!known.has(kind)) background.push(kept.line);
      known.add(kind);
    }
    const fresh = new Map<string, Ordinary>();
    for (const kept of after) {
      if (levelOfKept(kept) !== "other") continue;
      const { line, at } = kept;
      const { kind, text } = gistOfKept(kept);
      if (reportsFigures(text)) continue;
      const seen = fresh.get(kind);
      if (seen) {
        seen.count++;
        seen.lastAt = at;
      } else if (!known.has(kind) && fresh.size < 50) fresh.set(kind, { line, pod, firstAt: at, lastAt: at, count: 1 });
    }
    news.push(...fresh.values());
  }
  return { news, background };
}

/**
 * The log view of a case: rare and severe lines of the workloads with symptoms, and of what they depend on, taken
 * together. Undefined when there is none that is severe and news. Texts are redacted.
 * @param concerned what the cause and its effects are about, once that is decided: of whoever else an error may still be a
 * part of it, while a warning or an ordinary line is something of its own and would only mislead
 */
export function logViewOf(open: Case, redact: Redact, concerned?: readonly ObjectRef[]): LogView | undefined {
  const about = concerned && new Set(concerned.map(refKey));
  const from = open.onset - preludeMs;
  const window = { before: open.window.before, onset: from, now: open.now };
  const marks: Mark[] = [];
  const background: string[] = [];
  const budget = { lines: maxOrdinaryLines };
  for (const workload of open.scope.slice(0, maxWorkloads)) {
    const bystander = about !== undefined && !about.has(refKey(workload));
    const severe = severeOf(open, workload, window, redact);
    marks.push(...severe.filter(({ level }) => !bystander || level !== "warn"));
    const ordinary = ordinaryOf(open, workload, from, budget);
    background.push(...ordinary.background);
    if (bystander) continue;
    for (const { line, pod, ...times } of ordinary.news) {
      const text = quoted(gistOf(line).text, quoteChars, redact);
      marks.push({ workload, pod, level: "other", text, countBefore: 0, ...times });
    }
  }
  const cluster = clusterOf(marks, {
    beforeMs: from - open.window.before,
    windowMs: open.now - from,
    background,
  });
  if (!cluster) return undefined;
  const quote = (mark: Mark): LogQuote => ({
    workload: mark.workload,
    pod: mark.pod,
    level: mark.level,
    at: mark.firstAt,
    lines: mark.count,
    linesBefore: mark.countBefore,
    text: mark.text,
  });
  return {
    from,
    to: open.now,
    first: quote(cluster.first),
    worst: quote(cluster.worst),
    hallmarks: cluster.hallmarks.map(redact),
    quotes: cluster.marks.map(quote).sort((a, b) => a.at - b.at),
    kinds: cluster.kinds,
    workloads: cluster.workloads,
    shareRead: open.observation.logs.shareRead(from),
  };
}
