import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createRedactor } from "../../src/rca/redact/redactor.ts";

const secrets = Array.from(
  { length: 1_000 },
  (_, i) => `pW9${createHash("sha256").update(`secret ${i}`).digest("base64url").slice(0, 18)}`,
);
const placeholderIn = (text: string) => /<redacted-[0-9a-f]{8}>/.exec(text)?.[0];

it("R4: the same secret gets the same placeholder wherever it stands, another one another", () => {
  const { redact } = createRedactor({ salt: "incident 42" });
  const seen = new Set<string>();
  for (const secret of secrets) {
    const places = [
      `password=${secret}`,
      JSON.stringify({ token: secret }),
      `postgres://carts:${secret}@db:5432/x`,
      `Authorization: Bearer ${secret}`,
    ].map((text) => placeholderIn(redact(text)));
    expect(new Set(places).size, places.join()).toBe(1);
    seen.add(places[0] ?? "");
  }
  expect(seen.size).toBe(secrets.length);
});

it("R4: the salt decides, so that placeholders of two installations cannot be compared", () => {
  const [a, b, again] = ["one", "two", "one"].map((salt) => createRedactor({ salt }));
  const differ = secrets.filter(
    (secret) =>
      placeholderIn(a?.redact(`password=${secret}`) ?? "") !== placeholderIn(b?.redact(`password=${secret}`) ?? ""),
  );
  expect(differ.length).toBe(secrets.length);
  expect(again?.redact("password=hunter22")).toBe(a?.redact("password=hunter22"));
});

it("R4: no part of a secret is in its placeholder, and redacting twice changes nothing", () => {
  const { redact, restore } = createRedactor();
  for (const secret of secrets.slice(0, 200)) {
    const out = redact(`password=${secret} rest`);
    expect(out).toMatch(/^password=<redacted-[0-9a-f]{8}> rest$/);
    expect(redact(out)).toBe(out);
    expect(restore(out)).toBe(`password=${secret} rest`);
  }
});
