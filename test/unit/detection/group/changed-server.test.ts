import { expect, test } from "vitest";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const clients = ["cart", "mailer"] as const;
const config = (data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "store-config", namespace: "shop", uid: "c" },
  data,
});

/** Two clients of a store that have run quietly for ten minutes; a minute later both are refused. */
function refusedTogether(change: (at: number) => readonly object[]): readonly string[] {
  const world = createWorld({ start });
  const env = [{ name: "STORE_HOST", value: "store" }];
  world.put(config({ "store.conf": "port 6379\n" }));
  for (const app of clients) world.put(...deployment({ app, env }), pod({ app, at: start - 600_000, env }));
  const reads = [{ name: "CONF", valueFrom: { configMapKeyRef: { name: "store-config", key: "store.conf" } } }];
  world.put(...deployment({ app: "store", env: reads }), pod({ app: "store", at: start - 600_000, env: reads }));
  world.put(service("store"));
  const say = (line: string) => {
    for (const app of clients) world.log(`${app}-a1-x1`, line);
  };
  world.run(600_000, () => say("INFO order stored"));
  world.put(...change(world.now()));
  world.run(90_000, () => say("ERROR Authentication required."));
  return world.engine.incidents().map(({ target }) => target.name);
}

const storePod = (at: number) => pod({ app: "store", suffix: "x2", at });

test("clients of a server that was started with another configuration have one reason", () => {
  const names = refusedTogether((at) => [config({ "store.conf": "port 6379\nrequirepass x\n" }), storePod(at)]);
  expect(names).toHaveLength(1);
});

test("of a server that nobody has touched they have two, as far as is known", () => {
  expect(refusedTogether(() => [])).toHaveLength(2);
});
