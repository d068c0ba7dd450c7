import { expect, test } from "vitest";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";

const { redact } = createRedactor({ salt: "test" });

/** As little random as a token of its form may be: only its start tells what it is. */
const hex = (length: number) => "ad0ad1ad2ad3".repeat(20).slice(0, length);
const letters = (length: number) => "Restart1Restart2Restart3Restart4".repeat(4).slice(0, length);

test.each([
  ["New Relic", "NRAK-", "CARTSCARTS1CARTSCARTS2CARTS"],
  ["Postman", "PMAK-", `${hex(24)}-${hex(34)}`],
  ["HubSpot", "pat-na1-", "1c168775-cc2b-1bb8-bf64-5585815f660e"],
  ["Brevo", "xkeysib-", `${hex(64)}-${letters(16)}`],
  ["Doppler", "dp.st.", `prd.${letters(40)}`],
  ["CircleCI", "CCIPAT_", `${letters(22)}_${hex(40)}`],
  ["RubyGems", "rubygems_", hex(48)],
  ["Netlify", "nfp_", letters(36)],
  ["Square", "sq0csp-", letters(43)],
  ["Figma", "figd_", letters(40)],
  ["Replicate", "r8_", letters(37)],
  ["Databricks", "dapi", hex(32)],
  ["Linear", "lin_api_", letters(40)],
  ["PlanetScale", "pscale_tkn_", letters(43)],
  ["Supabase", "sbp_", hex(40)],
  ["Tailscale", "tskey-auth-", `k1carts2CNTRL-${letters(32)}`],
  ["Pulumi", "pul-", hex(40)],
  ["Adafruit", "aio_", letters(28)],
  ["Shopify", "shpca_", hex(32)],
  ["Buildkite", "bkua_", hex(40)],
  ["Vault, of a batch", "hvb.", letters(60)],
  ["Vault, of before 1.10", "s.", letters(24)],
  ["k3s", "K10", `${hex(64)}::server:${hex(32)}`],
])("a token of %s does not leave, wherever it stands", (_maker, start, rest) => {
  for (const [before, after] of [
    ["refused ", " for carts"],
    ['{"msg":"got ', '","code":3}'],
    ["https://api.example/v1/", "/items"],
  ] as const) {
    const said = redact(`${before}${start}${rest}${after}`);
    expect(said.startsWith(before) && said.endsWith(after), said).toBe(true);
    expect(said).toContain("<redacted-");
    expect(said).not.toContain(rest.slice(-12));
  }
});

test.each([
  "s.getElementsByClassNames is not a function",
  "s.handleUpstreamResponseV2(request)",
  "pul-pods-of-carts-are-slow",
  "dapi-server started",
  "the key is K10 of the rack",
  "r8_carts is ready",
  "dp.status.replicas",
])("what only begins like one is left: %s", (text) => expect(redact(text)).toBe(text));

test("every key of PuTTY in a text is hidden, also one that stands near another", () => {
  const key = (last: string) =>
    `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n${last}\nPrivate-MAC: 9f8e7d6c5b4a39281706f5e4d3c2b1a0\n`;
  const said = redact(`${key("AAAAIDcartscarts")}\nand\n${key("AAAAIDordersorders")}`);
  expect(said).not.toContain("cartscarts");
  expect(said).not.toContain("ordersorders");
});
