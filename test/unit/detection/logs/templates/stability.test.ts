import { describe, expect, test } from "vitest";
import { createTemplateMiner } from "../../../../../src/detection/logs/templates/template-miner.ts";
import { NAMES, SENTENCES, stabilityOf } from "./stability.ts";

const namesOf = (look: string) => NAMES[look] ?? [];

/** Learns these lines and returns whether the two that follow are one template. */
function areOne(lines: readonly string[], one: string, other: string): boolean {
  const miner = createTemplateMiner();
  for (const line of lines) miner.learn(line);
  const ids = [miner.learn(one), miner.learn(other)];
  return miner.resolve(ids[0] ?? 0) === miner.resolve(ids[1] ?? 0);
}

describe("a name that was never seen is no new message where names are known to stand", () => {
  test.each(Object.keys(NAMES).filter((look) => look !== "plain" && look !== "capital"))("%s", (look) => {
    for (const sentence of SENTENCES)
      expect(stabilityOf(sentence, namesOf(look)).novel, sentence).toBeLessThanOrEqual(0.02);
  });

  test.each(["plain", "capital"])("%s words, once it was learned that they are names", (look) => {
    // Two plain words that vary between two others are as likely two verbs.
    for (const sentence of SENTENCES.filter((each) => each !== "moved W to V"))
      expect(stabilityOf(sentence, namesOf(look)).novel, sentence).toBeLessThanOrEqual(0.02);
  });
});

describe("another thing that happened is another message", () => {
  test.each(Object.keys(NAMES))("to things named like %s", (look) => {
    const names = namesOf(look).slice(0, 60);
    const last = namesOf(look).at(-1) ?? "";
    const opening = names.map((name) => `Opening ${name}`);
    expect(areOne(opening, `Opening ${last}`, `Closing ${last}`)).toBe(false);
    expect(areOne(opening, `Opening ${last}`, "Opening failed")).toBe(false);
    const started = names.map((name) => `${name} started`);
    expect(areOne(started, `${last} started`, `${last} failed`)).toBe(false);
    const pods = names.map((name) => `pod ${name} started`);
    expect(areOne(pods, `pod ${last} started`, `pod ${last} failed`)).toBe(false);
  });

  test("one word with a hump does not make names of plain ones beside it", () => {
    expect(areOne(["Starting Controller"], "Starting EventSource", "Starting workers")).toBe(false);
  });

  test("words of another look are no names of it", () => {
    const opening = namesOf("dotted").map((name) => `Opening ${name}`);
    expect(areOne(opening, "Opening shop.shelf", "Opening curtains")).toBe(false);
  });
});
