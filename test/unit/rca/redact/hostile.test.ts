import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";

/*
 * Lines of programs and of people who mean harm. In `secrets.txt` what must not leave stands between « and »; no line of `harmless.txt`
 * may change. Both write \n, \t, \r, \\, \xNN and \uNNNN for the signs.
 */
const { redact } = createRedactor({ salt: "hostile" });
const file = (name: string) =>
  readFileSync(new URL(`hostile/${name}.txt`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "));
const short: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };
const written = (line: string) =>
  line.replace(
    /\\(?:([\\nrt])|x([0-9a-f]{2})|u([0-9a-f]{4}))/g,
    (_, sign: string | undefined, byte?: string, unit?: string) =>
      sign === undefined ? String.fromCharCode(Number.parseInt(byte ?? unit ?? "", 16)) : (short[sign] ?? sign),
  );
const placeholder = /<redacted-[0-9a-f]+>/g;
/** Half of a secret is as bad as all of it. */
const halves = (secret: string) => {
  const length = Math.max(Math.ceil(secret.length / 2), Math.min(secret.length, 4));
  return [secret.slice(0, length), secret.slice(-length)];
};

describe("secrets in hostile surroundings do not leave", () => {
  test.each(file("secrets"))("%s", (line) => {
    const marked = written(line);
    const secrets = [...marked.matchAll(/«([^»]*)»/g)].map((found) => found[1] ?? "");
    const left = redact(marked.replace(/[«»]/g, "")).replace(placeholder, "\u0001");
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) for (const half of halves(secret)) expect(left).not.toContain(half);
  });
});

describe("what only looks like a secret stays", () => {
  test.each(file("harmless"))("%s", (line) => expect(redact(written(line))).toBe(written(line)));
});
