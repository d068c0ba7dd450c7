import type { RunbookSection } from "./parse-runbook.ts";

/** What is looked for. */
export interface RunbookQuestion {
  readonly cause: string;
  readonly workloads: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

export interface RankedSection {
  readonly section: RunbookSection;
  readonly score: number;
}

// Usual constants of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009).
const k1 = 1.2;
const b = 0.75;
/** What the owner wrote on top of a page weighs more than words that happen to stand in it. */
const forCause = 8;
const forWorkload = 5;
const forLabels = 4;
const forWord = 2;
/** Words alone have to say this much: pages about something else share some with every incident. */
const leastWords = 3;
const leastScore = 4;

const named = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** What the front matter says about this incident; undefined when it names causes or workloads and none of them is meant. */
function hinted({ hints }: RunbookSection, question: RunbookQuestion): number | undefined {
  const cause = hints.causes.includes(question.cause);
  const workload = hints.workloads.some((pattern) => question.workloads.some((name) => named(pattern, name)));
  const labels = Object.entries(hints.labels);
  const labelled = labels.length > 0 && labels.every(([key, value]) => question.labels[key] === value);
  if (hints.causes.length > 0 && !cause) return undefined;
  if (hints.workloads.length > 0 && !workload) return undefined;
  if (labels.length > 0 && !labelled) return undefined;
  const words = new Set(question.words);
  return (
    (cause ? forCause : 0) +
    (workload ? forWorkload : 0) +
    (labelled ? forLabels : 0) +
    forWord * hints.words.filter((word) => words.has(word.toLowerCase())).length
  );
}

/** The sections that fit best, best first, at most one a file: BM25 over words, plus what their front matter says. */
export function rankRunbooks(
  sections: readonly RunbookSection[],
  question: RunbookQuestion,
  limit = 3,
): readonly RankedSection[] {
  const asked = [...new Set(question.words)];
  const counts = sections.map(({ words }) => {
    const count = new Map<string, number>();
    for (const word of words) count.set(word, (count.get(word) ?? 0) + 1);
    return count;
  });
  const meanLength = sections.reduce((sum, { words }) => sum + words.length, 0) / Math.max(1, sections.length);
  const rarity = new Map(
    asked.map((word) => {
      const among = counts.filter((count) => count.has(word)).length;
      return [word, Math.log(1 + (sections.length - among + 0.5) / (among + 0.5))];
    }),
  );
  const rows = sections.flatMap((section, i): RankedSection[] => {
    const hints = hinted(section, question);
    if (hints === undefined) return [];
    let score = 0;
    let shared = 0;
    for (const word of asked) {
      const times = counts[i]?.get(word) ?? 0;
      if (times === 0) continue;
      shared++;
      const length = k1 * (1 - b + (b * section.words.length) / Math.max(1, meanLength));
      score += ((rarity.get(word) ?? 0) * times * (k1 + 1)) / (times + length);
    }
    if (hints === 0 && (shared < leastWords || score < leastScore)) return [];
    return [{ section, score: score + hints }];
  });
  rows.sort((x, y) => y.score - x.score || x.section.file.localeCompare(y.section.file));
  const files = new Set<string>();
  return rows.filter(({ section }) => !files.has(section.file) && files.add(section.file)).slice(0, limit);
}
