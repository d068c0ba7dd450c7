import { describe, expect, it } from "vitest";
import {
  afterRefusal,
  answerOnly,
  firstManner,
  formatOf,
  type MannerOfAsking,
  type Refusal,
} from "../../../src/rca/model/manner-of-asking.ts";

const looking = firstManner(true);
const answering = firstManner(false);
const plain: MannerOfAsking = { ...answering, strictest: "text" };

describe("how a model is asked", () => {
  it.each<{
    name: string;
    from: MannerOfAsking;
    refused: Refusal;
    hasBegun?: boolean;
    want: MannerOfAsking | undefined;
  }>([
    {
      name: "without tools from the beginning, look-ups are asked for in text",
      from: looking,
      refused: "unsupported-tools",
      want: { lookUps: "in-text", sendsTools: false, strictest: "json_schema" },
    },
    {
      name: "without tools in the middle, it has to answer",
      from: looking,
      refused: "unsupported-tools",
      hasBegun: true,
      want: { lookUps: "none", sendsTools: false, strictest: "json_schema" },
    },
    {
      name: "without tools after the last look-up, it has to answer",
      from: answerOnly(looking),
      refused: "unsupported-tools",
      want: { lookUps: "none", sendsTools: false, strictest: "json_schema" },
    },
    {
      name: "tools that were not sent cannot be left out",
      from: answering,
      refused: "unsupported-tools",
      want: undefined,
    },
    {
      name: "a format is made simpler by one step",
      from: answering,
      refused: "unsupported-format",
      want: { ...answering, strictest: "json_object" },
    },
    { name: "text is the simplest format", from: plain, refused: "unsupported-format", want: undefined },
    {
      name: "a format that was not sent cannot be made simpler",
      from: looking,
      refused: "unsupported-format",
      want: undefined,
    },
  ])("$name", ({ from, refused, hasBegun = false, want }) => {
    expect(afterRefusal(from, refused, hasBegun)).toEqual(want);
  });

  it("a format is asked for with the answer, not before", () => {
    expect(formatOf(looking)).toBe("text");
    expect(formatOf(answerOnly(looking))).toBe("json_schema");
  });
});
