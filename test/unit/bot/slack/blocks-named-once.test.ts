import { expect, test } from "vitest";
import { renderIncident } from "../../../../src/bot/slack/render/render-incident.ts";
import { incidentView, plan, planView } from "../../../support/incident-view.ts";

test("a fix that did not help and the fix of the next diagnosis have the same number; their buttons do not share a name", () => {
  const [offered] = incidentView.fixes;
  if (!offered) throw new Error("the fixture has a fix");
  const worse = { planId: "11", verdict: "worse", reason: "As measured.", at: 1, remaining: [], fresh: [] } as const;
  const view = {
    ...incidentView,
    fixes: [
      {
        ...offered,
        plan: {
          ...planView,
          appliedAt: 1,
          verification: worse,
          plan: { ...plan, id: "11", state: "applied" as const },
        },
      },
      { ...offered, plan: { ...planView, plan: { ...plan, id: "12", state: "proposed" as const } } },
    ],
  };
  const { blocks } = renderIncident(view);
  const names = blocks.flatMap((block) => ("block_id" in block && block.block_id ? [block.block_id] : []));
  expect(names.filter((name) => name.startsWith("fix."))).toHaveLength(2);
  expect(new Set(names).size).toBe(names.length);
});
