import { expect, test } from "vitest";
import { shiftJsonTimes, shiftTextTimes } from "../../../../src/replay/player/shift-times.ts";

const spliceAt = Date.parse("2026-11-20T22:44:41.172Z");
/** What came before the splice stays, what came after moves by an hour, a second and 5 ms. */
const map = (time: number) => (time >= spliceAt ? time + 3_601_005 : time);

test.each([
  { name: "milliseconds", text: "2026-11-20T22:45:00.100Z", want: "2026-11-20T23:45:01.105Z" },
  { name: "whole seconds stay whole", text: "2026-11-20T22:45:00Z", want: "2026-11-20T23:45:01Z" },
  { name: "six digits keep the last three", text: "2026-11-20T22:45:00.100777Z", want: "2026-11-20T23:45:01.105777Z" },
  {
    name: "a second that was cut off at the splice counts as after it",
    text: "2026-11-20T22:44:41Z",
    want: "2026-11-20T23:44:42Z",
  },
  { name: "before the splice", text: "2026-11-20T22:44:40Z", want: "2026-11-20T22:44:40Z" },
  {
    name: "without zone and with a blank",
    text: "2026-11-20 22:45:00.100  INFO x",
    want: "2026-11-20 23:45:01.105  INFO x",
  },
  { name: "with a comma", text: "2026-11-20 22:45:00,100 x", want: "2026-11-20 23:45:01,105 x" },
  { name: "with an offset", text: "at 2026-11-20T23:45:00.100+01:00", want: "at 2026-11-21T00:45:01.105+01:00" },
  {
    name: "several in one text",
    text: '{"a":"2026-11-20T22:45:00.000Z","b":"2026-11-20T22:46:00.000Z"}',
    want: '{"a":"2026-11-20T23:45:01.005Z","b":"2026-11-20T23:46:01.005Z"}',
  },
  { name: "past midnight", text: "2026-11-20T23:30:00.000Z", want: "2026-11-21T00:30:01.005Z" },
  { name: "no time", text: "status=200 ms=28.9 at 22:45:00", want: "status=200 ms=28.9 at 22:45:00" },
  { name: "no such day", text: "2026-13-45T22:45:00Z", want: "2026-13-45T22:45:00Z" },
])("moves the times of a text: $name", ({ text, want }) => {
  expect(shiftTextTimes(text, map)).toBe(want);
});

test("in objects only strings that are a time as a whole move", () => {
  const object = {
    at: "2026-11-20T22:45:00Z",
    list: [{ eventTime: null, t: "2026-11-20T22:45:00.100000Z" }],
    message: "since 2026-11-20T22:45:00Z",
    n: 5,
  };
  expect(shiftJsonTimes(object, map)).toEqual({
    at: "2026-11-20T23:45:01Z",
    list: [{ eventTime: null, t: "2026-11-20T23:45:01.105000Z" }],
    message: "since 2026-11-20T22:45:00Z",
    n: 5,
  });
});
