import { describe, expect, test, vi } from "vitest";
import { startProgress } from "../../../src/cli/progress.ts";

function terminal(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { stream, written };
}

describe("the progress line", () => {
  test("appears on a terminal only, and only once something has taken two seconds", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const { stream, written } = terminal(true);
      const progress = startProgress("Reading", stream);
      vi.advanceTimersByTime(1_900);
      progress.say("Reading 40 %");
      expect(written).toEqual([]);
      vi.advanceTimersByTime(200);
      progress.say("Reading 50 %");
      expect(written.join("")).toContain("Reading 50 % (2 s)");
      progress.end();
      expect(written.at(-1)).toBe("\r\u001b[2K");
      const before = written.length;
      progress.end();
      expect(written).toHaveLength(before);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a file or a pipe never sees it", () => {
    const { stream, written } = terminal(false);
    const progress = startProgress("Reading", stream);
    progress.say("Reading 50 %");
    progress.end();
    expect(written).toEqual([]);
  });
});
