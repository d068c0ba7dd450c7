import { describe, expect, test } from "vitest";
import { type LogShop, openLogShop, requests, type Writer } from "../../../support/log-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const name = "log-rare-template";
const carts = "carts-a1-x1";
const open = (write: Writer = requests(4), options: Parameters<typeof openLogShop>[1] = {}) =>
  openLogShop({ [carts]: write, "orders-a1-x1": requests(3), "catalogue-a1-x1": requests(5) }, options);
const both =
  (...writers: readonly Writer[]): Writer =>
  (now, tick) =>
    writers.flatMap((write) => write(now, tick));
const news: Writer = () => ['level=info msg="falling back to the second acquirer"'];

test("a message never written before, again and again, is found, but opens no incident by itself", () => {
  const shop = open();
  shop.writers.set(carts, both(requests(4), news));
  shop.run(120_000);
  expect(shop.found()).toEqual({ detectors: new Set([name]), incidents: [] });
});

test("it joins the incident that errors of the same workload open, and dates it earlier", () => {
  const shop = open();
  const from = shop.world.now();
  shop.writers.set(carts, both(requests(4), news));
  shop.run(60_000);
  shop.writers.set(
    carts,
    both(requests(4), news, () => ['level=error msg="payment could not be authorised"']),
  );
  shop.run(60_000);
  const [incident, ...others] = shop.world.engine.incidents();
  expect(others).toEqual([]);
  expect(incident?.anomalies.map(({ detector }) => detector)).toContain(name);
  expect(incident?.onset).toBeLessThan(from + 15_000);
});

test("what goes on for ten minutes is how it is now", () => {
  const shop = open();
  shop.writers.set(carts, both(requests(4), news));
  shop.run(900_000);
  expect(shop.world.active()).toEqual([]);
});

describe("is not rare", () => {
  test.each<[string, (shop: LogShop) => void, (Writer | undefined)?, Parameters<typeof openLogShop>[1]?]>([
    [
      "before it has been learned",
      ({ writers }) => writers.set(carts, both(requests(4), news)),
      undefined,
      { learnMs: 7_200_000 },
    ],
    [
      "what a workload writes that had nothing to do so far and is asked for the first time",
      ({ writers }) =>
        writers.set(
          carts,
          both(() => ['level=info msg="gc summary" heap_mb=31'], requests(20)),
        ),
      (now) => (now % 60_000 < 5_000 ? ['level=info msg="gc summary" heap_mb=31'] : []),
    ],
    [
      "what a new revision writes",
      ({ world, writers }) => {
        const at = world.now();
        const labels = { "pod-template-hash": "b2" };
        world.drop(pod({ app: "carts", at }));
        world.put(
          ...deployment({ app: "carts", hash: "b2", generation: 2 }),
          pod({ app: "carts", hash: "b2", at: at - 300_000, labels }),
        );
        writers.delete(carts);
        writers.set("carts-b2-x1", both(requests(4), news));
      },
    ],
    [
      "what a new pod writes as it starts",
      ({ world, writers }) => {
        world.put(...deployment({ app: "carts", replicas: 2 }), pod({ app: "carts", suffix: "x2", at: world.now() }));
        const until = world.now() + 120_000;
        writers.set("carts-a1-x2", (now, tick) => (now < until ? news(now, tick) : []));
      },
    ],
    [
      "what a pod writes while it is stopped",
      (shop) => {
        const { world, writers } = shop;
        const deletionTimestamp = new Date(world.now()).toISOString();
        world.put(...deployment({ app: "carts", replicas: 0, available: 0, total: 0 }));
        world.put(pod({ app: "carts", at: world.now() - 900_000, deletionTimestamp }));
        writers.set(carts, () => ['level=info msg="draining, some requests are left"']);
        shop.run(20_000);
        world.drop(pod({ app: "carts", at: world.now() }));
        writers.delete(carts);
      },
    ],
    [
      "what a job writes",
      ({ world, writers }) => {
        const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "nightly", namespace: "shop", uid: "j" } };
        const owner = [{ kind: "Job", name: "nightly", uid: "j", controller: true }];
        const made = pod({ app: "nightly", at: world.now() - 600_000 }) as { metadata: { ownerReferences: object } };
        made.metadata.ownerReferences = owner;
        world.put({ ...job, spec: {}, status: { active: 1 } }, made);
        writers.set("nightly-a1-x1", (_now, tick) => [`level=info msg="page ${tick} of the index written"`]);
      },
    ],
    ["a line or two, once a day", ({ world }) => world.log(carts, ...news(0, 0), ...news(0, 0))],
    [
      "the next new thing of a program that says new things all the time",
      ({ writers }) => writers.set(carts, both(requests(4), news)),
      both(requests(2), (_now, tick) => [
        `level=info msg="${"abcdefghij"[Math.floor(tick / 12) % 10]}x${"klmnopqrst"[Math.floor(tick / 4) % 10]}ing begins"`,
      ]),
    ],
  ])("%s", (_title, change, write, options) => {
    const shop = open(write, options);
    shop.found();
    change(shop);
    shop.run(300_000);
    const { detectors, incidents } = shop.found();
    expect(detectors).not.toContain(name);
    expect(incidents).toEqual([]);
  });
});
