import { expect, test } from "vitest";
import { createMessageKinds } from "../../../../src/detection/logs/message-kinds.ts";
import { createTemplateMiner } from "../../../../src/detection/logs/templates/template-miner.ts";

const minute = 60_000;

test("what comes back is quoted in the words that it came back with, redacted like the first ones; what goes on is not", () => {
  const miner = createTemplateMiner({ keepTexts: true });
  const redact = (text: string) => text.replace(/hunter\d/, "<redacted>");
  const kinds = createMessageKinds({ miner, room: () => true, redact });
  const note = (at: number, message: string) =>
    kinds.note({ id: 1, at, pod: "carts-1", line: message, message, level: "error" });
  const example = () => [...kinds.all()].map((kind) => kind.example);
  note(0, "cannot reach db-1");
  note(minute, "cannot reach db-2");
  expect(example()).toEqual(["cannot reach db-1"]);
  note(10 * minute, "cannot reach db-3 as hunter2");
  expect(example()).toEqual(["cannot reach db-3 as <redacted>"]);
  note(11 * minute, "cannot reach db-4");
  expect(example()).toEqual(["cannot reach db-3 as <redacted>"]);
});
