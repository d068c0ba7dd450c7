import { expect, test } from "vitest";
import { undecidedWords } from "../../../src/bot/undecided.ts";
import { cut, cutTitle } from "../../../src/bot/words.ts";
import type { CauseCode } from "../../../src/incident/cause.ts";
import { incidentView } from "../../support/incident-view.ts";

const [shape] = incidentView.diagnosis?.hypotheses ?? [];
if (!shape) throw new Error("the fixture has a cause");
const maybe = (cause: CauseCode, probability: number) => ({ ...shape, cause, probability });

test.each([
  { name: "decided", hypotheses: [maybe("memory-leak", 0.9)], inconclusive: false, want: undefined },
  {
    name: "between two",
    hypotheses: [maybe("memory-limit-too-low", 0.45), maybe("memory-leak", 0.41), maybe("bad-release", 0.1)],
    inconclusive: true,
    want: "not decided; either memory limit too low (Deployment shop/carts), 45 %, or memory leak (Deployment shop/carts), 41 %",
  },
  {
    name: "one that is not sure",
    hypotheses: [maybe("memory-leak", 0.3), maybe("unknown", 0.7)],
    inconclusive: true,
    want: "not certain; perhaps memory leak (Deployment shop/carts), 30 %",
  },
  {
    name: "an alert and nothing else",
    hypotheses: [],
    inconclusive: true,
    want: "not found; nothing in the data says why",
  },
  {
    name: "a guess that is none",
    hypotheses: [maybe("unknown", 0.9)],
    inconclusive: true,
    want: "not found; nothing in the data says why",
  },
])("a cause that is not decided: $name", ({ want, ...diagnosis }) => expect(undecidedWords(diagnosis, cut)).toBe(want));

const long = `a-service-whose-name-goes-on-${"and-on-".repeat(30)}to-the-end`;

test.each([
  { title: "carts is killed", limit: 150, want: "carts is killed" },
  {
    title: `${long} is killed for exceeding its memory limit`,
    limit: 150,
    want: "a-service-whose-name-goe…n-to-the-end is killed for exceeding its memory limit",
  },
  { title: `${"word ".repeat(40)}end`, limit: 20, want: "word word word word…" },
])("a title of $limit characters tells what happened, however long the name: $want", ({ title, limit, want }) => {
  expect(cutTitle(title, limit)).toBe(want);
});
