import { expect, test, vi } from "vitest";
import { connectWhenAsked } from "../../../../src/adapters/nats/connect-when-asked.ts";

interface Line {
  readonly id: number;
  closed: boolean;
}

function server() {
  const made: Line[] = [];
  const told: string[] = [];
  let up = true;
  const lines = connectWhenAsked<Line>({
    open: async () => {
      if (!up) throw new Error("connection refused");
      const line = { id: made.length + 1, closed: false };
      made.push(line);
      return line;
    },
    isClosed: ({ closed }) => closed,
    onTrouble: (reason) => void told.push(reason),
    pauseMs: 0,
  });
  const goes = (way: "up" | "down") => {
    up = way === "up";
  };
  return { lines, made, told, goes };
}

test("many who ask at once share one attempt", async () => {
  const { lines, made } = server();
  await Promise.all([lines.get(), lines.get(), lines.get()]);
  expect(made).toHaveLength(1);
});

test("what could not be opened is tried again, and why is told once", async () => {
  const { lines, told, goes } = server();
  goes("down");
  await expect(lines.get()).rejects.toThrow("connection refused");
  await expect(lines.get()).rejects.toThrow("connection refused");
  goes("up");
  await vi.waitFor(async () => expect((await lines.get()).id).toBe(1));
  expect(told).toEqual(["connection refused"]);
});

test("what has closed for good is opened anew, once for all who saw it", async () => {
  const { lines, made } = server();
  (await lines.get()).closed = true;
  const again = await Promise.all([lines.get(), lines.get()]);
  expect(again.map(({ id }) => id)).toEqual([2, 2]);
  expect(made).toHaveLength(2);
});

test("after the end nothing is opened, and what is open is given back for closing", async () => {
  const { lines, made } = server();
  const line = await lines.get();
  line.closed = true;
  expect(await lines.end()).toBe(line);
  expect(await lines.get()).toBe(line);
  expect(made).toHaveLength(1);
});

test("who asks only after the end is refused", async () => {
  const { lines, made } = server();
  expect(await lines.end()).toBeUndefined();
  await expect(lines.get()).rejects.toThrow("has been closed");
  expect(made).toHaveLength(0);
});
