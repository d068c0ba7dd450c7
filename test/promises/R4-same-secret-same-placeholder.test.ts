import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createPseudonyms } from "../../src/rca/redact/pseudonyms.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { promiseFigure } from "../support/promise-figure.ts";

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
  const { redact, reveal } = createRedactor();
  for (const secret of secrets.slice(0, 200)) {
    const out = redact(`password=${secret} rest`);
    expect(out).toMatch(/^password=<redacted-[0-9a-f]{8}> rest$/);
    expect(redact(out)).toBe(out);
    expect(reveal(out)).toBe(out);
  }
});

it("R4: names and addresses have pseudonyms that are as stable, and lead back for those who may see them", () => {
  const names = createPseudonyms({ salt: "installation" });
  const again = createPseudonyms({ salt: "installation" });
  const other = createPseudonyms({ salt: "another" });
  const seen = new Set<string>();
  for (let i = 0; i < 1_000; i++) {
    const original =
      [`ann.lee${i}@example.org`, `203.0.113.${i % 250} port ${i}`, `+49 170 ${1_000_000 + i}`][i % 3] ?? "";
    const hidden = names.hide(`rejected ${original}, again`);
    expect(hidden).toMatch(/^rejected <(?:email|address|phone)-[0-9a-f]{8}>/);
    expect(again.hide(`rejected ${original}, again`)).toBe(hidden);
    expect(other.hide(`rejected ${original}, again`)).not.toBe(hidden);
    expect(names.restore(hidden)).toBe(`rejected ${original}, again`);
    expect(other.restore(hidden)).toBe(hidden);
    seen.add(hidden);
  }
  expect(seen.size).toBe(1_000);
});

it("R4: what reveals a name never reveals a secret", () => {
  const { redact, reveal } = createRedactor({ salt: "R4", personal: createPseudonyms({ salt: "R4" }) });
  for (const secret of secrets.slice(0, 200)) {
    const out = redact(`user=ann.lee password=${secret} from ann@example.org`);
    expect(out).toMatch(/^user=<name-[0-9a-f]{8}> password=<redacted-[0-9a-f]{8}> from <email-[0-9a-f]{8}>$/);
    expect(redact(out)).toBe(out);
    expect(reveal(out)).toMatch(/^user=ann\.lee password=<redacted-[0-9a-f]{8}> from ann@example\.org$/);
  }
  promiseFigure("R4", "1,000 secrets in four places, 1,000 names and addresses", "stable, no way back for secrets");
});
