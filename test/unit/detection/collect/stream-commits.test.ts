import { describe, expect, test } from "vitest";
import { createStreamCommits, type StreamProgress } from "../../../../src/detection/collect/logs/stream-commits.ts";

const line = (text: string, at: number) => ({ at, namespace: "shop", pod: `cart-${at}`, container: "app", line: text });
const from = { partition: 3, epoch: "first", position: 10 };

describe("how far a partition was read is written down", () => {
  test("lines of one kind are one entry, with the newest pod and the times of the first and the last", async () => {
    const written: StreamProgress[] = [];
    const commits = createStreamCommits(from, async (progress) => void written.push(progress));
    commits.counted(11, [line("order 17 took 30 ms", 5), line("order 18 took 31 ms", 4), line("disk is full", 6)], 0);
    commits.counted(14, [line("order 19 took 32 ms", 9)], 2);
    expect(commits.openLines).toBe(4);
    await commits.commit();
    expect(commits.openLines).toBe(0);
    expect(written).toMatchObject([
      {
        partition: 3,
        epoch: "first",
        seq: 14,
        lines: 4,
        lostMessages: 2,
        templates: [
          { namespace: "shop", pod: "cart-9", lines: 3, firstAt: 4, lastAt: 9, line: "order 17 took 30 ms" },
          { line: "disk is full", lines: 1 },
        ],
      },
    ]);
  });

  test("nothing is written while nothing comes, and what follows is counted from nothing", async () => {
    const written: StreamProgress[] = [];
    const commits = createStreamCommits(from, async (progress) => void written.push(progress));
    await commits.commit();
    commits.counted(11, [], 0);
    await commits.commit();
    await commits.commit();
    commits.counted(12, [line("ready", 1)], 1);
    await commits.commit();
    expect(written.map(({ seq, lines, lostMessages }) => [seq, lines, lostMessages])).toEqual([
      [11, 0, 0],
      [12, 1, 1],
    ]);
  });

  test("after a commit that failed nothing more is written", async () => {
    const tried: number[] = [];
    const commits = createStreamCommits(from, async ({ seq }) => {
      tried.push(seq);
      throw new Error("taken over");
    });
    commits.counted(11, [line("ready", 1)], 0);
    await commits.commit();
    expect(commits.failure).toMatchObject({ message: "taken over" });
    commits.counted(12, [line("ready", 2)], 0);
    await commits.commit();
    expect(tried).toEqual([11]);
  });
});
