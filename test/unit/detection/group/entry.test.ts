import { expect, test } from "vitest";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");

/** How bad it is that a cache is gone of which a shop without any measurement of requests knows one caller. */
function severityWithout(caller: { readonly hasService: boolean }): string | undefined {
  const world = createWorld({ start });
  const env = [{ name: "CACHE_HOST", value: "cache" }];
  world.put(...deployment({ app: "catalog", env }), pod({ app: "catalog", at: start - 600_000, env }));
  if (caller.hasService) world.put(service("catalog"));
  world.put(...deployment({ app: "cache" }), pod({ app: "cache", at: start - 600_000 }), service("cache"));
  world.run(300_000);
  world.put(...deployment({ app: "cache", replicas: 0, available: 0, total: 0, generation: 2 }));
  world.run(60_000);
  return world.engine.incidents().find(({ target }) => target.name === "cache")?.severity;
}

test("what a service calls is no entry for users, though nobody measures requests", () => {
  expect(severityWithout({ hasService: true })).toBe("high");
});

test("what only a client without a Service calls is one", () => {
  expect(severityWithout({ hasService: false })).toBe("critical");
});
