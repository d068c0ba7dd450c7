import { describe, expect, test } from "vitest";
import { type ClockBook, type ClockStatement, createClockBook } from "../../../src/cluster/clock-book.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const second = 1_000;
const minute = 60_000;
const noon = Date.parse("2026-11-20T12:00:00Z");
const pod = (name: string) => makeRef("Pod", "shop", name);
const event = makeRef("Event", "shop", "web-1.17");
const heartbeat = (node = "a") => makeRef("Node", undefined, node);

const said = (more: Partial<ClockStatement> & Pick<ClockStatement, "by" | "aheadMs">): ClockStatement => {
  const at = more.at ?? noon;
  return { node: "a", at, stampedAt: at + more.aheadMs, weight: "proof", isDirect: true, ...more };
};
const found = (book: ClockBook, now = noon) => book.wrong(now).map(({ node, aheadMs }) => [node, aheadMs]);

describe("the clock of a node", () => {
  test.each<[string, readonly ClockStatement[], number | undefined]>([
    ["is right while nobody says otherwise", [], undefined],
    ["is not wrong because of one odd stamp", [said({ by: pod("x"), aheadMs: 90 * second })], undefined],
    [
      "is wrong when two say so, by the larger of what they say",
      [said({ by: pod("x"), aheadMs: 90 * second }), said({ by: event, aheadMs: 88 * second })],
      90 * second,
    ],
    [
      "is behind when one has proved it and its heartbeats say the same",
      [
        said({ by: pod("x"), aheadMs: -90 * second }),
        said({ by: heartbeat(), aheadMs: -91 * second, weight: "prompt", isDirect: false }),
      ],
      -91 * second,
    ],
    [
      "is not behind because two bring old news",
      [
        said({ by: pod("x"), aheadMs: -90 * second, weight: "late" }),
        said({ by: event, aheadMs: -90 * second, weight: "prompt" }),
      ],
      undefined,
    ],
    [
      "is not wrong where two disagree",
      [said({ by: pod("x"), aheadMs: 90 * second }), said({ by: event, aheadMs: 30 * second })],
      undefined,
    ],
    [
      "is not wrong because one says it twice",
      [said({ by: pod("x"), aheadMs: 90 * second }), said({ by: pod("x"), aheadMs: 90 * second, at: noon + second })],
      undefined,
    ],
    [
      "is right when it is a few seconds off",
      [said({ by: pod("x"), aheadMs: 4 * second }), said({ by: event, aheadMs: 4 * second })],
      undefined,
    ],
    [
      "is not wrong because the one it is laid beside is, that of who receives",
      [
        said({ by: pod("x"), aheadMs: 90 * second, isDirect: false }),
        said({ by: heartbeat(), aheadMs: 90 * second, isDirect: false }),
      ],
      undefined,
    ],
    [
      "is wrong where that of another node comes in time",
      [
        said({ by: pod("x"), aheadMs: 90 * second, isDirect: false }),
        said({ by: heartbeat(), aheadMs: 90 * second, isDirect: false }),
        said({ node: "b", by: heartbeat("b"), aheadMs: 0, weight: "prompt", isDirect: false }),
      ],
      90 * second,
    ],
    [
      "is not wrong by a stamp that is none",
      [said({ by: pod("x"), aheadMs: Number.NaN }), said({ by: event, aheadMs: Number.NaN })],
      undefined,
    ],
  ])("%s", (_title, statements, aheadMs) => {
    const book = createClockBook();
    for (const statement of statements) book.say(statement);
    expect(found(book)).toEqual(aheadMs === undefined ? [] : [["a", aheadMs]]);
  });

  const wrong = (aheadMs: number) => {
    const book = createClockBook();
    book.say(said({ by: pod("x"), aheadMs }));
    book.say(said({ by: pod("y"), aheadMs }));
    return book;
  };

  test("that was put back is right as soon as something cannot have come so late", () => {
    const book = wrong(90 * second);
    book.atMost("b", 0);
    expect(found(book)).toHaveLength(1);
    book.atMost("a", 0);
    expect(found(book)).toEqual([]);
  });

  test("that was put forward is right as soon as a stamp comes in time, not because of old news", () => {
    const book = wrong(-90 * second);
    book.say(said({ by: pod("z"), aheadMs: -60 * minute, weight: "late" }));
    book.say(said({ by: pod("u"), aheadMs: -20 * second }));
    expect(found(book)).toHaveLength(1);
    book.say(said({ by: heartbeat(), aheadMs: 0, weight: "prompt", isDirect: false }));
    expect(found(book)).toEqual([]);
  });

  test("is wrong while one of the witnesses says so again, and forgotten a while after the last did", () => {
    const book = wrong(90 * second);
    expect(found(book, noon + 10 * minute)).toHaveLength(1);
    expect(found(book, noon + 30 * minute)).toEqual([]);
    book.say(said({ by: pod("x"), aheadMs: 90 * second, stampedAt: noon + 90 * second, at: noon + 30 * minute }));
    expect(found(book, noon + 30 * minute)).toEqual([]);
    book.say(said({ by: pod("x"), aheadMs: 90 * second, at: noon + 30 * minute }));
    expect(found(book, noon + 30 * minute)).toHaveLength(1);
    expect(found(book, noon + 25 * 60 * minute)).toEqual([]);
  });

  test("is told by three of many, and those who agree are not crowded out", () => {
    const book = wrong(-90 * second);
    for (let i = 0; i < 50; i++)
      book.say(said({ by: makeRef("Event", "shop", `e${i}`), aheadMs: -(200 + i) * second, weight: "prompt" }));
    for (let i = 0; i < 50; i++) book.say(said({ by: pod(`p${i}`), aheadMs: -90 * second }));
    const [clock] = book.wrong(noon);
    expect(clock?.witnesses).toHaveLength(3);
    expect(clock?.aheadMs).toBe(-90 * second);
  });

  test("is believed again when its only other witness takes it back", () => {
    const book = wrong(90 * second);
    book.unsay("a", pod("y"));
    expect(found(book)).toEqual([]);
  });
});
