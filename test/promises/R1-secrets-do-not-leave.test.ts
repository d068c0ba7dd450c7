import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/rca/redact/redactor.ts";

const alphabets = {
  base62: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  hex: "0123456789abcdef",
  url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
  base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  digits: "0123456789",
  any: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%^*_-+.~",
} as const;

/** Deterministic stream of bytes, so that a failure can be seen again. */
function random(seed: string) {
  let counter = 0;
  let pool = Buffer.alloc(0);
  const byte = () => {
    if (pool.length === 0) pool = createHash("sha256").update(`${seed}/${counter++}`).digest();
    const value = pool[0] ?? 0;
    pool = pool.subarray(1);
    return value;
  };
  return {
    text(alphabet: keyof typeof alphabets, length: number) {
      const chars = alphabets[alphabet];
      let out = "";
      while (out.length < length) out += chars[byte() % chars.length];
      return out;
    },
    below: (limit: number) => (byte() * 256 + byte()) % limit,
  };
}

const pick = random("R1");

/** Formats that their makers made recognisable: none may leave. */
const known: Readonly<Record<string, () => string>> = {
  aws: () => `AKIA${pick.text("upper", 16)}`,
  awsSession: () => `ASIA${pick.text("upper", 16)}`,
  gcp: () => `AIza${pick.text("url", 35)}`,
  gcpOauth: () => `ya29.${pick.text("url", 60)}`,
  github: () => `ghp_${pick.text("base62", 36)}`,
  githubFine: () => `github_pat_${pick.text("base62", 22)}_${pick.text("base62", 59)}`,
  gitlab: () => `glpat-${pick.text("url", 20)}`,
  slackBot: () => `xoxb-${pick.text("digits", 12)}-${pick.text("digits", 12)}-${pick.text("base62", 24)}`,
  slackApp: () => `xapp-1-A${pick.text("upper", 10)}-${pick.text("digits", 13)}-${pick.text("hex", 64)}`,
  stripe: () => `sk_live_${pick.text("base62", 24)}`,
  openai: () => `sk-proj-${pick.text("url", 48)}`,
  anthropic: () => `sk-ant-api03-${pick.text("url", 60)}`,
  npm: () => `npm_${pick.text("base62", 36)}`,
  sendgrid: () => `SG.${pick.text("url", 22)}.${pick.text("url", 43)}`,
  jwt: () => `eyJ${pick.text("url", 30)}.eyJ${pick.text("url", 60)}.${pick.text("url", 43)}`,
  vault: () => `hvs.${pick.text("url", 40)}`,
  digitalocean: () => `dop_v1_${pick.text("hex", 64)}`,
  twilio: () => `SK${pick.text("hex", 32)}`,
};

/** How a value of a known format may stand in what we read. `%s` is the value. */
const wrappers: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => `2026-11-20T23:36:55Z ERROR upstream refused ${value} for user u7`,
  quoted: (value) => `got "${value}" from the client`,
  assignment: (value) => `TOKEN=${value}`,
  json: (value) => JSON.stringify({ level: "error", config: { apiKey: value }, code: 3 }),
  jsonInJson: (value) => JSON.stringify({ msg: JSON.stringify({ token: value }) }),
  yaml: (value) => `env:\n  - name: SOME_TOKEN\n    value: ${value}\n  - name: MODE\n    value: fast\n`,
  url: (value) => `GET /v1/items?access_token=${value}&page=2 HTTP/1.1`,
  urlEncoded: (value) => `redirect=https%3A%2F%2Fa.example%2F%3Ftoken%3D${encodeURIComponent(value)}%26x%3D1`,
  base64: (value) => `data: ${Buffer.from(`token=${value}`).toString("base64")}`,
  header: (value) => `> Authorization: Bearer ${value}\n> Accept: */*`,
  flag: (value) => `exec: /app/run --token ${value} --verbose`,
  path: (value) => `cloning https://${value}@git.example/shop/carts.git`,
};

/** Secrets that only their place gives away. */
const byPlace: readonly ((value: string) => string)[] = [
  (value) => `DB_PASSWORD=${value}`,
  (value) => JSON.stringify({ user: "carts", password: value }),
  (value) => `connecting to postgres://carts:${encodeURIComponent(value)}@carts-db:5432/carts?sslmode=disable`,
  (value) => `redis://:${encodeURIComponent(value)}@cache:6379/0 unreachable`,
  (value) => `Server=db;User Id=sa;Password=${value};Encrypt=true`,
  (value) => `password: ${value}`,
  (value) => `stringData:\n  db-password: "${value}"\n  user: carts`,
  (value) => `- name: DB_PASSWORD\n  value: ${value}`,
  (value) =>
    JSON.stringify([
      { name: "API_SECRET", value },
      { name: "MODE", value: "fast" },
    ]),
  (value) => `login?user=a&password=${encodeURIComponent(value)}&next=%2F`,
  (value) => `client_secret='${value}'`,
  (value) => `kubectl create secret generic x --password ${value}`,
  (value) => `tls.key: |\n  ${value}\n  ${value}\nother: 1`,
];

describe("R1: secrets do not leave", () => {
  it("none of 2,160 tokens of known formats leaves, in twelve kinds of surroundings", () => {
    const { redact } = createRedactor({ salt: "R1" });
    const leaks: string[] = [];
    let planted = 0;
    for (let round = 0; round < 10; round++) {
      for (const [format, make] of Object.entries(known)) {
        for (const [place, wrap] of Object.entries(wrappers)) {
          const value = make();
          planted++;
          const out = redact(wrap(value));
          const decoded = out.replace(/[A-Za-z0-9+/]{16,}={0,2}/g, (word) =>
            Buffer.from(word, "base64").toString("latin1"),
          );
          if (out.includes(value) || out.includes(encodeURIComponent(value)) || decoded.includes(value))
            leaks.push(`${format} in ${place}: ${out}`);
        }
      }
    }
    expect(planted).toBeGreaterThanOrEqual(2_000);
    expect(leaks).toEqual([]);
  });

  it("at least 99 % of 2,600 passwords known only by their place stay inside", () => {
    const { redact } = createRedactor({ salt: "R1" });
    const leaks: string[] = [];
    let planted = 0;
    for (let round = 0; round < 200; round++) {
      for (const wrap of byPlace) {
        const value = `${pick.text("base62", 3)}${pick.text(round % 2 === 0 ? "base62" : "any", 9 + pick.below(12))}`;
        planted++;
        const out = redact(wrap(value));
        if (out.includes(value) || out.includes(encodeURIComponent(value))) leaks.push(out);
      }
    }
    expect(planted).toBeGreaterThanOrEqual(2_000);
    expect(leaks.length / planted, leaks.slice(0, 5).join("\n")).toBeLessThanOrEqual(0.01);
  });

  it("at least 99 % of 2,000 random keys without any name around them stay inside", () => {
    const { redact } = createRedactor({ salt: "R1" });
    const leaks: string[] = [];
    for (let round = 0; round < 2_000; round++) {
      const value = pick.text((["base62", "base64", "url"] as const)[round % 3] ?? "base62", 32 + pick.below(32));
      const out = redact(`2026-11-20T23:36:55Z ERROR rejected ${value} at step 3`);
      if (out.includes(value)) leaks.push(value);
    }
    expect(leaks.length, leaks.slice(0, 10).join("\n")).toBeLessThanOrEqual(20);
  });

  it("private keys go as a whole, on several lines, in one JSON string, and when the end is missing", () => {
    const { redact } = createRedactor({ salt: "R1" });
    const body = Array.from({ length: 12 }, () => pick.text("base64", 64));
    const pem = ["-----BEGIN RSA PRIVATE KEY-----", ...body, "-----END RSA PRIVATE KEY-----"].join("\n");
    for (const text of [
      `before\n${pem}\nafter`,
      JSON.stringify({ key: pem, after: true }),
      `key=${pem}`,
      pem.slice(0, -60),
    ]) {
      const out = redact(text);
      for (const line of body.slice(0, 10)) expect(out).not.toContain(line);
    }
    expect(redact(`before\n${pem}\nafter`)).toMatch(/^before\n<redacted-[0-9a-f]{8}>\nafter$/);
  });

  it("at most 1 % of what is no secret is hidden: ids, digests, names, and 12,000 real log lines", () => {
    const { redact } = createRedactor({ salt: "R1" });
    const harmless: string[] = [];
    for (let round = 0; round < 200; round++) {
      const hex = (length: number) => pick.text("hex", length);
      harmless.push(
        `uid ${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)} not found`,
        `image registry.example/shop/carts@sha256:${hex(64)}`,
        `pod catalogue-8ddb888b7-${pick.text("base62", 5).toLowerCase()} is not ready`,
        `trace=${hex(32)} span=${hex(16)} status=502`,
        `containerd://${hex(64)} exited`,
        `commit ${hex(40)} deployed`,
        `GET /api/v1/namespaces/shop/pods?limit=500&resourceVersion=${pick.text("digits", 6)}`,
        `at com.example.orders.OrderServiceImpl.applyVoucher(OrderServiceImpl.java:${pick.below(400)})`,
        `max_tokens=${pick.below(4_096)} token_count=${pick.below(99)} sessions=${pick.below(99)}`,
        `call to payment failed: connect ECONNREFUSED 10.96.${pick.below(255)}.${pick.below(255)}:80`,
      );
    }
    for (const name of ["sock-shop-01", "meadow-03"]) {
      const path = fileURLToPath(new URL(`../recordings/${name}/logs.ndjson.gz`, import.meta.url));
      const lines = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n").slice(0, 6_000);
      for (const line of lines) harmless.push(String((JSON.parse(line) as { line: string }).line));
    }
    const hit = harmless.filter((line) => redact(line) !== line);
    expect(harmless.length).toBeGreaterThan(10_000);
    expect(hit.length / harmless.length, hit.slice(0, 8).join("\n")).toBeLessThanOrEqual(0.01);
    // The real logs hold no secret at all.
    expect(hit.length, hit.slice(0, 8).join("\n")).toBeLessThanOrEqual(10);
  });
});
