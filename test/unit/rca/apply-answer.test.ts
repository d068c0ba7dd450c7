import { describe, expect, it, test } from "vitest";
import type { CauseCode } from "../../../src/incident/cause.ts";
import type { Diagnosis } from "../../../src/incident/diagnosis/diagnosis.ts";
import { judgeFreePatch } from "../../../src/incident/fix/free-patch.ts";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import type { ModelAnswer } from "../../../src/rca/model/answer.ts";
import { applyAnswer } from "../../../src/rca/model/apply-answer.ts";
import { readPatch } from "../../../src/rca/model/offered-patch.ts";
import { sayable } from "../../../src/rca/model/sayable.ts";
import { createPseudonyms } from "../../../src/rca/redact/pseudonyms.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { brokenShop } from "./broken-shop.ts";

const { redact } = createRedactor({ salt: "test" });
const orders = { kind: "Deployment", namespace: "sock-shop", name: "orders" };
const silent: ModelAnswer = { sentences: [], hypotheses: [], fixes: [], patch: null, questions: [] };

/** Two candidates that are close, so that a model could tip the scale. */
async function closeCase() {
  const { input } = await brokenShop();
  const made = diagnoseByRules(input);
  const [evidence] = [made.evidence.slice(0, 6)];
  const hypothesis = (cause: CauseCode, probability: number, ids: readonly string[]) => ({
    cause,
    culprit: orders,
    probability,
    statement: redact(cause),
    evidence: ids,
    against: [],
    explains: 1,
  });
  const diagnosis: Diagnosis = {
    ...made.diagnosis,
    hypotheses: [hypothesis("missing-env", 0.45, ["E1"]), hypothesis("bad-release", 0.4, ["E2"])],
  };
  const news = (source: "event" | "log", about = orders) =>
    evidence.map((entry) => (entry.id === "E3" ? { ...entry, source, about, status: "ok" as const } : entry));
  const ask = (ids: readonly string[], shown = news("event"), wordsOnly = false) =>
    applyAnswer({
      answer: {
        ...silent,
        hypotheses: [
          { cause: "bad-release", culprit: orders, statement: "the release", evidence: [...ids], against: [] },
        ],
      },
      diagnosis,
      recommendations: made.recommendations,
      shown,
      exists: () => true,
      containersOf: () => ["orders"],
      redact,
      wordsOnly,
    }).diagnosis.hypotheses[0]?.cause;
  return { ask, news };
}

describe("the order of causes is the engine's", () => {
  it("and stays so when the model cites only what the engine has weighed", async () => {
    const { ask } = await closeCase();
    expect(ask(["E2"])).toBe("missing-env");
    expect(ask(["E1", "E2"])).toBe("missing-env");
  });
  it("unless the model cites evidence about the culprit that the engine did not weigh", async () => {
    const { ask } = await closeCase();
    expect(ask(["E2", "E3"])).toBe("bad-release");
  });
  it("evidence about something else, a log line alone, or an answer that nobody verified do not count", async () => {
    const { ask, news } = await closeCase();
    const other = news("event", { ...orders, name: "elsewhere" }).map((entry) =>
      entry.id === "E3" ? { ...entry, text: redact("nothing about it") } : entry,
    );
    expect(ask(["E2", "E3"], other)).toBe("missing-env");
    expect(ask(["E2", "E3"], news("log"))).toBe("missing-env");
    expect(ask(["E2", "E3"], news("event"), true)).toBe("missing-env");
  });
});

const template = (container: object) => ({
  spec: { template: { spec: { containers: [{ name: "orders", ...container }] } } },
});
describe("a patch that a model proposes", () => {
  it.each([
    ["a memory limit", template({ resources: { limits: { memory: "512Mi" } } }), true],
    ["a probe's timeout", template({ livenessProbe: { timeoutSeconds: 5 } }), true],
    ["a rollout's surge", { spec: { strategy: { rollingUpdate: { maxSurge: "25%" } } } }, true],
    ["a grace period", { spec: { template: { spec: { terminationGracePeriodSeconds: 60 } } } }, true],
    ["an image", template({ image: "evil.example/x" }), false],
    ["a variable", template({ env: [{ name: "A", value: "b" }] }), false],
    ["a command in a probe", template({ livenessProbe: { exec: { command: ["sh"] } } }), false],
    ["a probe's path", template({ livenessProbe: { httpGet: { path: "/x", port: 80 } } }), false],
    [
      "a container that is not there",
      { spec: { template: { spec: { containers: [{ name: "miner", resources: { limits: { cpu: "4" } } }] } } } },
      false,
    ],
    ["a directive of the merge", template({ $patch: "replace" }), false],
    ["a node selector", { spec: { template: { spec: { nodeSelector: { disk: "fast" } } } } }, false],
    ["replicas", { spec: { replicas: 0 } }, false],
    ["a number that is none", { spec: { minReadySeconds: 1e9 } }, false],
    ["nothing", {}, false],
  ])("%s", (_name, patch, want) => {
    const read = readPatch("Deployment", JSON.stringify(patch), ["orders"]);
    expect(read !== undefined).toBe(want);
    // The actions' own list is the wider one: nothing is offered that it would refuse.
    if (read) expect(judgeFreePatch("Deployment", read).ok).toBe(true);
  });
  it("is nothing when it is not JSON", () => expect(readPatch("Deployment", "{oops", ["orders"])).toBeUndefined());
});

describe("words of a model", () => {
  const said = (text: string) => sayable(text, redact);
  it.each([
    ["The container orders stops because AUDIT_LEVEL is missing", true],
    ["The password was <redacted-1a2b3c4d> before", true],
    ["The log names ann@example.org", true],
    ["a limit < 10Mi", false],
    ["see https://evil.example", false],
    ["see evil.example/fix", false],
    ["open www.evil.example", false],
    ["<!channel> hello", false],
    ["@here look", false],
    ["run kubectl delete", false],
    ["`rm`", false],
    ["approve R1", false],
    [" \u200b ", false],
  ])("%s", (text, want) => expect(said(text) !== undefined).toBe(want));
  it("cannot read differently from what they say", () => {
    expect(said("safe\u202etxet\u200b here")).toBe("safe txet here");
    // A command with something of no width in it is a command.
    for (const hidden of ["\u200b", "\u00ad", "\u2060", "\u3164"])
      expect(said(`run kube${hidden}ctl delete ns shop`)).toBeUndefined();
  });
  it("may name an image that an object of the evidence names", async () => {
    const { input } = await brokenShop();
    const [entry] = diagnoseByRules(input).evidence;
    if (!entry) throw new Error("there is evidence");
    const cited = [
      { ...entry, source: "event" as const, text: redact('Failed to pull image "registry.example/shop/orders:9"') },
    ];
    const text = "The image registry.example/shop/orders:9 does not exist";
    expect(sayable(text, redact, { cited })).toBe(text);
    expect(sayable(text, redact, { cited: [{ ...cited[0], source: "log" } as never] })).toBeUndefined();
  });
});

test.each([
  ["mail from ann.lee+shop@mail.example.org", "mail from <email>"],
  ["client 203.0.113.9:443 and 2001:db8:aa:bb:cc:dd:ee:ff", "client <address>:443 and <address>"],
  [
    "cluster 10.96.0.10, 192.168.1.4, 172.20.0.1, 127.0.0.1 and fe80:0:0:0:1:2:3:4",
    "cluster 10.96.0.10, 192.168.1.4, 172.20.0.1, 127.0.0.1 and fe80:0:0:0:1:2:3:4",
  ],
  ["at 2026-11-20T23:36:55.200Z 23:36:55 took 12.5.1s", "at 2026-11-20T23:36:55.200Z 23:36:55 took 12.5.1s"],
  ["login failed user=ann.lee ip=198.51.100.7", "login failed user=<name> ip=<address>"],
  ['{"username":"Ann Lee","id":7}', '{"username":"<name>","id":7}'],
  [
    "user=root user=postgres user=system:serviceaccount:shop:orders user=u7 user: 12345",
    "user=root user=postgres user=system:serviceaccount:shop:orders user=u7 user: 12345",
  ],
  ["call +49 170 1234567 now", "call <phone> now"],
  [
    "image registry.example/shop/orders@sha256:0123 pod orders-5d4f-x2 v1.2.3",
    "image registry.example/shop/orders@sha256:0123 pod orders-5d4f-x2 v1.2.3",
  ],
])("pseudonyms: %s", (text, want) => {
  const names = createPseudonyms({ salt: "test" });
  const hidden = names.hide(text);
  expect(hidden.replace(/-[0-9a-f]{8}>/g, ">")).toBe(want);
  expect(names.restore(hidden)).toBe(text);
  expect(names.hide(hidden)).toBe(hidden);
});
