import { describe, expect, it } from "vitest";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { cell, code } from "../../../src/rca/report/markdown.ts";
import { postmortem } from "../../../src/rca/report/postmortem.ts";
import { brokenShop } from "./broken-shop.ts";

/** As CommonMark reads what is escaped (https://spec.commonmark.org/0.31.2/#backslash-escapes). */
const read = (markdown: string) => markdown.replace(/\\([!-/:-@[-`{-~])/g, "$1");
/** What is left when everything escaped is taken away: only this can act. */
const active = (markdown: string) => markdown.replace(/\\[!-/:-@[-`{-~]/g, "");

describe("text from elsewhere is text in Markdown", () => {
  it.each([
    ["a link that says another address", "[https://slack.com](https://evil.example)"],
    ["a picture that calls home", "![x](https://evil.example/pixel.png)"],
    ["HTML", "<img src=x onerror=alert(1)><script>alert(1)</script>"],
    ["a link in pointed brackets", "<https://evil.example>"],
    ["an address that becomes a link by itself", "https://evil.example/sign-in"],
    ["one without a scheme", "see WWW.evil.example/now"],
    ["an entity that turns the reading", "&#x202e;gpj.exe &lt;b&gt;"],
    ["a struck-out line", "~~resolved~~"],
    ["a table cell that ends", "a | b | c"],
    ["an escaped escape", "\\[x](https://evil.example) \\\\"],
    ["a code span", "``` `x` ```"],
    ["a reference", "#12 [x][y]"],
  ])("%s", (_name, text) => {
    expect(active(cell(text))).not.toMatch(/[<>[\]`|&~*_\\]|:\/\/|www\./i);
    expect(read(cell(text))).toBe(text);
  });

  it("is one line", () => expect(cell("a\n# b\r\n\r- c\u2028\t| d")).toBe("a \\# b - c \\| d"));

  it("stays in its block, and hides nothing there", () => {
    const block = code("a\n```\n````\n\u202e# b");
    expect(block.split("\n")[0]).toBe("`````");
    expect(block.split("\n").at(-1)).toBe("`````");
    expect(block).toContain("[U+202E]");
  });
});

const hostile =
  "x\r\n\r\n# Resolved\n\n| [go](https://evil.example) | <script>alert(1)</script> &#60;b&#62; `\n```\n\u202eend";

it("a post-mortem has the same lines whatever the texts in it say", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const at = input.incident.openedAt;
  const written = (foreign: string) => {
    const said = input.redact(foreign);
    return postmortem({
      incident: { ...input.incident, title: foreign, cluster: foreign, resolvedAt: at + 300_000 },
      diagnosis: {
        ...diagnosis,
        summary: said,
        modelNote: foreign,
        confidenceReason: said,
        timeline: diagnosis.timeline.map((entry) => ({ ...entry, text: said })),
        hypotheses: diagnosis.hypotheses.map((one) => ({ ...one, statement: said })),
        ruledOut: diagnosis.ruledOut.map((one) => ({ ...one, reason: said })),
      },
      evidence: evidence.map((one) => ({ ...one, text: said })),
      recommendations: recommendations.map((one) => ({ ...one, reason: said })),
      redact: input.redact,
      told: [{ at: at + 1_000, kind: "note", text: said }],
      executions: [
        {
          execution: { id: "1", planId: "p", kind: "apply", outcome: "failed", detail: said, startedAt: at + 120_000 },
          title: foreign,
          kubectl: "kubectl get pods",
          approvedBy: [foreign],
          verification: { planId: "p", verdict: "worse", reason: said, at: at + 1, remaining: [], fresh: [] },
        },
      ],
    });
  };
  const shape = (text: string) =>
    text.split("\n").map((line) => [/^[#|\-`]*/.exec(line)?.[0], active(line).split("|").length]);
  const [quiet, loud] = [written("x"), written(hostile)];
  expect(shape(loud)).toEqual(shape(quiet));
  const prose = loud.replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, "");
  expect(active(prose)).not.toMatch(/[<>&]|\]\(|:\/\/|\u202e/);
});
