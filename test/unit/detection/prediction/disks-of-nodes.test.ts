import { expect, test } from "vitest";
import { nodeOf } from "../../../support/cluster-work.ts";
import { minute, old, open, titles } from "../../../support/everyday.ts";

const gibi = 2 ** 30;

/** A node with a disk of 100 GiB that is `own` full, and one of 20 GiB with a database's volume that is 95 % full. */
function told(own: number, storage: string | undefined): readonly string[] {
  const world = open();
  const node = nodeOf("node-1", { at: old });
  world.put({
    ...node,
    status: { ...node.status, ...(storage ? { capacity: { "ephemeral-storage": storage } } : {}) },
  });
  const disks = [
    ["/dev/nvme0n1p1", 100 * gibi, own],
    ["/dev/nvme1n1", 20 * gibi, 0.95],
  ] as const;
  const series = disks.flatMap(([device, size, share]) =>
    [["container_fs_limit_bytes", size] as const, ["container_fs_usage_bytes", size * share] as const].map(
      ([name, value]) => ({ series: { name, labels: { node: "node-1", id: "/", device } }, value }),
    ),
  );
  world.run(5 * minute, (at) =>
    world.engine.ingest({ type: "samples", at, samples: series.map((one) => ({ ...one, at })) }),
  );
  return titles(world);
}

test("a volume that is mounted on a node does not fill the node's disk", () => {
  expect(told(0.4, `${100 * 2 ** 20}Ki`)).toEqual([]);
});

test("the disk of the kubelet does", () => {
  expect(told(0.91, `${100 * 2 ** 20}Ki`)).toEqual(["Node node-1 has a disk that is 91 % full"]);
});

test("where nobody says which that is, the fullest counts", () => {
  expect(told(0.4, undefined)).toEqual(["Node node-1 has a disk that is 95 % full"]);
});
