import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answerByModel } from "../../src/rca/ask/answer-by-model.ts";
import { diagnose } from "../../src/rca/diagnose.ts";
import { observationTools } from "../../src/rca/investigate/observation-tools.ts";
import { createModel } from "../../src/rca/model/model.ts";
import { createPseudonyms } from "../../src/rca/redact/pseudonyms.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { completion, fakeOpenAi, purposeOf, say, toldTo, toolCalls } from "../support/fake-openai.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { brokenShop } from "../unit/rca/broken-shop.ts";

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

/** The same, for what is read back when a model repeats it: none of the secret's forms may be in a text. */
function leaks(text: string, value: string): boolean {
  if (text.includes(value) || text.includes(encodeURIComponent(value))) return true;
  return text
    .replace(/[A-Za-z0-9+/]{16,}={0,2}/g, (word) => Buffer.from(word, "base64").toString("latin1"))
    .includes(value);
}

const shops = promised(20, 2);

describe("R1: nothing leaves through a model, its look-ups, its second reading, its answers to people, or the rows", () => {
  it("secrets planted in logs, variables, events, annotations and ConfigMaps stay inside at every egress", async () => {
    const found: string[] = [];
    let planted = 0;
    let personalLeft = 0;
    for (let n = 0; n < shops; n++) {
      const secrets: string[] = [];
      const next = () => {
        const formats = Object.values(known);
        const value = (formats[(planted + n) % formats.length] ?? (() => ""))();
        secrets.push(value);
        planted++;
        return value;
      };
      const wrapped = (i: number) => {
        const all = Object.values(wrappers);
        return (all[(i + n) % all.length] ?? String)(next());
      };
      const { input, shop } = await brokenShop(wrapped(0));
      const mail = `ann.lee${n}@example.org`;
      for (let i = 0; i < 40; i++)
        shop.log(i % 2 === 0 ? "orders" : "frontend", `ERROR ${wrapped(i).replaceAll("\n", " ")} for ${mail}`, 1);
      for (let i = 0; i < 20; i++) shop.event("Deployment", "orders", `Reason${i}`, wrapped(i).replaceAll("\n", " "));
      shop.change("Deployment", "orders", (draft) => {
        draft.metadata.annotations = Object.fromEntries(
          Array.from({ length: 10 }, (_, i) => [`example.org/a${i}`, wrapped(i)]),
        );
        draft.spec.template.spec.containers[0].env.push(
          ...Array.from({ length: 10 }, (_, i) => ({
            name: i % 2 === 0 ? `SETTING_${i}` : `API_TOKEN_${i}`,
            value: wrapped(i),
          })),
        );
        draft.spec.template.spec.containers[0].args = Array.from({ length: 5 }, () => `--token ${next()}`);
      });
      shop.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "planted", namespace: "sock-shop", uid: `planted-${n}`, resourceVersion: "1" },
        data: Object.fromEntries(
          Array.from({ length: 15 }, (_, i) => [i % 3 === 0 ? `password_${i}` : `file${i}.yaml`, wrapped(i)]),
        ),
      });
      const about = { kind: "Deployment", namespace: "sock-shop", name: "orders" };
      const logs = { ...about, container: null, previous: false, minutes: 60 };
      const rounds = [
        [
          { name: "get_object", arguments: { ...about, field: null } },
          { name: "get_object", arguments: { ...about, field: "spec.template.spec.containers" } },
          {
            name: "get_object",
            arguments: { kind: "ConfigMap", namespace: "sock-shop", name: "planted", field: null },
          },
          { name: "get_object", arguments: { ...about, field: "metadata.annotations" } },
        ],
        [
          { name: "list_events", arguments: { ...about, minutes: 60 } },
          { name: "read_logs", arguments: { ...logs, grep: "ERROR" } },
          { name: "rollout_history", arguments: about },
          { name: "read_logs", arguments: { ...logs, name: "frontend", grep: mail } },
        ],
      ];
      const sent: string[] = [];
      // Looks everything up, and repeats whatever it has read.
      await using server = await fakeOpenAi((asked, response) => {
        sent.push(asked.body);
        const turn = asked.json.messages.filter((message) => message.role === "assistant").length;
        const wanted = asked.json.tool_choice === "auto" ? rounds[turn] : undefined;
        if (wanted) return say(response, 200, toolCalls(wanted.map((call, i) => ({ ...call, id: `${turn}-${i}` }))));
        const lines = [...toldTo(asked).matchAll(/^\[([ELA]\d+)\] [^"]*"(.*)"$/gm)];
        const sentences = lines
          .slice(-12)
          .map(([, id = "", text = ""]) => ({ text: text.slice(0, 500), kind: "observed", evidence: [id] }));
        const purpose = purposeOf(asked);
        const answer =
          purpose === "refute"
            ? { verdict: "doubtful", objections: sentences.slice(0, 5), question: null }
            : purpose === "ask"
              ? { sentences: sentences.slice(0, 10), unanswered: null }
              : { sentences, hypotheses: [], fixes: [], patch: null, questions: [] };
        say(response, 200, completion(JSON.stringify(answer)));
      });
      const model = createModel({
        name: "parrot",
        baseUrl: server.url,
        toolCalls: 12,
        inputTokens: 40_000,
        tokensPerIncident: 1e9,
        tokensPerHour: 1e9,
      });
      if (!model) throw new Error("an address makes a model");
      const tools = observationTools(input.observation);
      const pseudonyms = createPseudonyms({ salt: "R1" });
      const made = await diagnose({ ...input, model, tools, pseudonyms });
      const asked = await answerByModel({
        model,
        tools,
        pseudonyms,
        redact: input.redact,
        incident: input.incident,
        diagnosis: made.diagnosis,
        recommendations: made.recommendations,
        evidence: made.evidence,
        question: `What is ${next()}?`,
        now: input.now,
      });
      expect(asked.found.length).toBeGreaterThan(4);
      expect(made.evidence.filter((entry) => entry.id.startsWith("L")).length).toBeGreaterThan(4);
      const egress: Readonly<Record<string, string>> = {
        requests: sent.map((body) => JSON.stringify(JSON.parse(body))).join("\n"),
        told: sent
          .map((body) =>
            (JSON.parse(body) as { messages: { content: string | null }[] }).messages
              .map((one) => one.content)
              .join("\n"),
          )
          .join("\n"),
        diagnosis: JSON.stringify(made.diagnosis),
        fixes: JSON.stringify(made.recommendations),
        evidence: JSON.stringify(made.evidence),
        conversations: JSON.stringify([...made.conversations, asked.conversation]),
        answers: JSON.stringify([asked.sentences, asked.unanswered, asked.found]),
      };
      for (const value of secrets)
        for (const [where, text] of Object.entries(egress)) if (leaks(text, value)) found.push(`${value} in ${where}`);
      if (egress["requests"]?.includes(mail)) personalLeft++;
      // People see who it is about; the model does not.
      expect(egress["evidence"]).toContain(mail);
    }
    expect(found).toEqual([]);
    expect(personalLeft).toBe(0);
    expect(planted).toBeGreaterThanOrEqual(shops * 100);
    promiseFigure(
      "R1",
      `${grouped(planted)} secrets in logs, objects and events x 7 egresses of the model's part`,
      "0 left",
    );
  }, 300_000);
});

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
