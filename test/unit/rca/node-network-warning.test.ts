import { expect, test } from "vitest";
import { quietShop } from "./shop.ts";
import { lateOnAllLinks, slowEverywhere } from "./troubles-stories.ts";

test.each([
  ["decides between the network and its names", "ConntrackFull", "Conntrack table usage over 90%", false],
  ["about something else decides nothing", "KernelOops", "BUG: unable to handle page fault", true],
] as const)("what watches a node %s when calls are late everywhere", async (_name, reason, message, inconclusive) => {
  const shop = await quietShop();
  lateOnAllLinks(shop);
  shop.event("Node", "node-1", reason, message, 4);
  const { diagnosis } = shop.diagnose(slowEverywhere);
  expect(diagnosis.hypotheses[0]?.cause).toBe("network-fault");
  expect(diagnosis.inconclusive).toBe(inconclusive);
});
