import { expect, test } from "vitest";
import { createMessageKinds } from "../../../src/detection/logs/message-kinds.ts";
import { createTemplateMiner } from "../../../src/detection/logs/templates/template-miner.ts";
import { quoted } from "../../../src/incident/quoted.ts";

/** Knows a secret by its two ends alone, as the redactor knows many. */
const redact = (text: string) => text.replace(/<<\w+>>/g, "<redacted-secret-1>");
const long = `${"talks to the bank with ".repeat(12)}<<${"k".repeat(3_000)}>> and fails`;

test("a secret that the cut would halve is hidden", () => {
  expect(quoted(long, 300, redact)).toBe(`${"talks to the bank with ".repeat(12)}<redacted-secret-1> and `);
});

test("the example of a kind of message is quoted the same way", () => {
  const miner = createTemplateMiner({ keepTexts: true });
  const kinds = createMessageKinds({ miner, room: () => true, redact });
  kinds.note({ id: miner.learn(long), at: 1, pod: "p", line: long, message: long, level: "error" });
  expect([...kinds.all()].map(({ example }) => example)).toEqual([quoted(long, 300, redact)]);
});

test("what is cut after a placeholder has made it longer goes through the redactor again", () => {
  const seen: string[] = [];
  quoted("a <<b>> c", 9, (text) => {
    seen.push(text);
    return redact(text);
  });
  expect(seen).toEqual(["a <<b>> c", "a <redact"]);
});

test("of a text without end what is read ends between two words", () => {
  const seen: string[] = [];
  quoted(`${"a ".repeat(2_000)}${"b".repeat(150)} ${"a ".repeat(100)}`, 20, (text) => {
    seen.push(text);
    return text;
  });
  expect(seen[0]).toBe("a ".repeat(2_000));
});
