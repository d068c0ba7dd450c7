import { expect, it } from "vitest";
import type { AuditEntry } from "../../../src/incident/audit-entry.ts";
import { linkHash, walkChain } from "../../../src/store/audit-chain.ts";

/** A chain of five whose fourth link says that the first two were pruned. */
function chain(): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let seq = 1; seq <= 5; seq++) {
    const before = entries.at(-1);
    const link = {
      seq,
      at: 1_000 * seq,
      event: seq === 4 ? ("audit.pruned" as const) : ("plan.proposed" as const),
      actor: "kubemend",
      subject: seq === 4 ? "audit" : `plan-${seq}`,
      body: seq === 4 ? { last: 2, lastHash: entries[1]?.hash ?? "", lastAt: 2_000 } : {},
      prevHash: before?.hash ?? "0".repeat(64),
    };
    entries.push({ ...link, hash: linkHash(link) });
  }
  return entries;
}

const whole = chain();
const end = whole.at(-1);

function judge(entries: readonly AuditEntry[], known: ReadonlyMap<number, string> = new Map()) {
  const walk = walkChain(known);
  for (const entry of entries) {
    const broken = walk.take(entry);
    if (broken) return broken;
  }
  return walk.end(end);
}

it("a chain that holds is intact, also when its beginning was pruned as it says", () => {
  expect(judge(whole)).toEqual({ intact: true, entries: 5 });
  expect(judge(whole.slice(2))).toEqual({
    intact: true,
    entries: 3,
    pruned: { last: 2, lastAt: 2_000, at: 4_000, saidBy: 4 },
  });
});

const changed = whole.map((entry) => (entry.seq === 3 ? { ...entry, actor: "somebody else" } : entry));
it.each([
  { name: "a link that is missing", entries: whole.filter(({ seq }) => seq !== 3), seq: 3, problem: "missing" },
  { name: "a link that was changed", entries: changed, seq: 3, problem: "changed" },
  { name: "an end that is cut off", entries: whole.slice(0, 4), seq: 5, problem: "cut-off" },
  { name: "a beginning that is gone, and no link says so", entries: whole.slice(3), seq: 3, problem: "missing" },
  { name: "a chain that is another than it was", entries: whole, known: [3, "other"], seq: 3, problem: "rewritten" },
  {
    name: "a pruned beginning that was another",
    entries: whole.slice(2),
    known: [2, "other"],
    seq: 2,
    problem: "rewritten",
  },
  { name: "what an export knows beyond the end", entries: whole, known: [6, "more"], seq: 6, problem: "cut-off" },
] as const)("$name shows", ({ entries, seq, problem, ...more }) => {
  expect(judge(entries, new Map("known" in more ? [more.known] : []))).toEqual({ intact: false, seq, problem });
});
