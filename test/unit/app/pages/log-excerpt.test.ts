import { expect, test } from "vitest";
import { logExcerpt } from "../../../../src/app/pages/log-excerpt.ts";
import type { LogQuote, LogView } from "../../../../src/incident/diagnosis/log-view.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";

const quote = (level: LogQuote["level"], at: number, text: string): LogQuote => ({
  workload: { kind: "Deployment", namespace: "shop", name: "carts" },
  pod: "carts-1",
  level,
  at,
  lines: 2,
  linesBefore: 0,
  text: clean(text),
});

test("each line says how bad it is and whose it is; the first and the worst are marked", () => {
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const quotes = [quote("other", 1, "SIGTERM received"), quote("error", 2, "call to orders failed")] as const;
  const logView: LogView = {
    ...{ from: 0, to: 9, first: quotes[0], worst: quotes[1], hallmarks: [], quotes },
    ...{ kinds: 2, workloads: 1, shareRead: 1 },
  };
  const excerpt = logExcerpt({ ...incidentView, diagnosis: { ...diagnosis, logView } });
  expect(excerpt?.rows.map(({ source, mark }) => [source, mark])).toEqual([
    ["carts, 2 times (never before)", "first"],
    ["error, carts, 2 times (never before)", "worst"],
  ]);
});
