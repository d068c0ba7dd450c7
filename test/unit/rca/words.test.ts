import { expect, it } from "vitest";
import { quietShop } from "./shop.ts";
import { troubles } from "./troubles.ts";
import { measuredTroubles } from "./troubles-measured.ts";
import { routeTroubles } from "./troubles-routes.ts";

/** What no sentence of ours may hold, whatever it is about. */
const faults: readonly (readonly [string, RegExp])[] = [
  ["something that was not there", /\b(?:undefined|null|NaN|Infinity|\[object)\b/],
  ["two blanks", /\S {2,}\S/],
  ["a full stop before it goes on", /[a-z]\. (?:since|and|but|because|so)\b/],
  ["two marks in a row", /[.,;:]\s*[.,;]|\.\.(?!\.)/],
  ["more than a second in milliseconds", /\b\d{4,} ms\b/],
  ["more than two minutes in seconds", /\b\d{3,} s\b/],
  ["a moment to the millisecond", /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/],
  ["one of many", /\b1 (?:pods|replicas|symptoms|restarts|times|lines|nodes)\b/],
];

it.each([...troubles, ...measuredTroubles, ...routeTroubles])("$name: it is said in whole words", async (trouble) => {
  const shop = await quietShop();
  trouble.breakIt(shop);
  const { diagnosis, recommendations } = shop.diagnose(trouble.symptoms);
  const said = [
    diagnosis.summary,
    diagnosis.confidenceReason ?? "",
    ...diagnosis.questions,
    ...diagnosis.hypotheses.map(({ statement }) => statement),
    ...diagnosis.ruledOut.map(({ reason }) => reason),
    ...recommendations.map(({ reason }) => reason),
  ];
  const found = said.flatMap((text) =>
    faults.flatMap(([what, shape]) => (shape.test(text) ? [`${what}: ${text}`] : [])),
  );
  expect(found).toEqual([]);
});
