import { expect, test } from "vitest";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const Mi = 2 ** 20;
const labels = { namespace: "shop", pod: "web-a1-x1", container: "app", id: "/x", node: "node-1" };
const memory = { name: "container_memory_working_set_bytes", labels };
const limit = { name: "container_spec_memory_limit_bytes", labels };

/** Memory leaks by 12 MiB a minute out of 256; nothing is sampled for a while in the middle. */
function leak(pauseSeconds: number) {
  const world = createWorld({ start, tickMs: 5_000 });
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 3_600_000 }));
  const titles = new Set<string>();
  world.run(14 * 60_000, (at) => {
    for (const { id, title } of world.engine.incidents()) titles.add(`${id} ${title.replace(/ about .*/, "")}`);
    const seconds = (at - start) / 1_000;
    if (seconds >= 600 && seconds < 600 + pauseSeconds) return;
    world.engine.ingest({
      type: "samples",
      at,
      samples: [
        { series: limit, value: 256 * Mi, at },
        { series: memory, value: (60 + (12 * seconds) / 60 + Math.sin(seconds / 7)) * Mi, at },
      ],
    });
  });
  return { titles: [...titles], open: world.engine.incidents().filter(({ status }) => status !== "resolved").length };
}

test.each([0, 30, 90])("a leak stays one incident through %s s without samples", (pauseSeconds) => {
  expect(leak(pauseSeconds)).toEqual({ titles: ["1 web will run out of memory in"], open: 1 });
});
