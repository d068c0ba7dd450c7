import { z } from "zod";
import { sealKeyOf } from "../lib/seal.ts";
import { httpUrl, natsUrl, postgresUrl, smtpUrl } from "./addresses.ts";
import { cronOrOff } from "./cron.ts";
import { labelName, mailAddress, metricName, person, severities, text, timeZone } from "./fields.ts";
import { slackSchema } from "./slack-schema.ts";
import { webSchema } from "./web-schema.ts";

/** Everything an operator can set. Each has a default that works, so that an empty file is a valid one. */
export const configSchema = z
  .strictObject({
    /** Name of this cluster, shown on everything. */
    cluster: text.default("kubernetes"),
    /** PostgreSQL of the user's own; without one an embedded server keeps its files below `data`. */
    database: z.strictObject({ url: postgresUrl.optional() }).prefault({}),
    data: text.default("data"),
    kubernetes: z
      .strictObject({
        /** Path of a kubeconfig; without one KUBECONFIG, ~/.kube/config or the pod's ServiceAccount. */
        kubeconfig: text.optional(),
        context: text.optional(),
        /** Only these namespaces; empty means all. */
        namespaces: z.array(text).max(500).default([]),
      })
      .prefault({}),
    prometheus: z
      .strictObject({
        url: httpUrl.optional(),
        /** Sent as bearer token; a user and a password may stand in the address instead. */
        token: text.optional(),
        /** Sent as `X-Scope-OrgID`. */
        tenant: text.optional(),
        /** Labels and values that series of this cluster carry, where the server has those of several. */
        matchers: z.record(labelName, text).default({}),
        /** What the server calls namespace and pod on the series of applications: `exported_namespace` where honor_labels is off. */
        labels: z
          .strictObject({ namespace: labelName.default("namespace"), pod: labelName.default("pod") })
          .prefault({}),
      })
      .prefault({}),
    logs: z
      .strictObject({
        /** Follow them through the Kubernetes API, read them from a Loki, take what agents push to
         * `/loki/api/v1/push`, or the same by way of NATS JetStream, where several watchers share it. */
        source: z.enum(["kubernetes", "loki", "push", "nats"]).default("kubernetes"),
      })
      .prefault({}),
    loki: z
      .strictObject({
        url: httpUrl.optional(),
        /** Selector of the streams that are read; default all that have a namespace. */
        query: text.optional(),
        token: text.optional(),
        /** Sent as `X-Scope-OrgID`. */
        tenant: text.optional(),
      })
      .prefault({}),
    /** JetStream, for `logs.source: nats`. */
    nats: z
      .strictObject({
        url: natsUrl.optional(),
        token: text.optional(),
        /** Of all partitions together; what is more, or older, is thrown away, the oldest first. */
        maxMegabytes: z.int().min(1).max(1_000_000).default(1_024),
        maxAgeMinutes: z.number().min(1).max(1_440).default(15),
      })
      .prefault({}),
    /** What agents and Alertmanagers that deliver to kubemend must carry; `open`: nothing, where the network decides who may. */
    ingest: z
      .strictObject({
        token: text.optional(),
        open: z.boolean().default(false),
        /** The `repeat_interval` of the Alertmanagers that deliver: what they have not repeated twice has ended unseen. */
        alertRepeatHours: z.number().min(0.1).max(48).default(4),
      })
      .prefault({}),
    /** Asking pods that have the annotation `kubemend.dev/health-path`. */
    health: z
      .strictObject({
        enabled: z.boolean().default(true),
        seconds: z.number().min(1).max(3_600).default(15),
        /** Folder of the classifier's model, as `kubemend train --health --out` writes it; default the one that comes along. */
        model: text.optional(),
      })
      .prefault({}),
    /** Regular samples of nodes, pods and deployments in the database, for training. */
    capture: z
      .strictObject({
        enabled: z.boolean().default(true),
        seconds: z.number().min(5).max(3_600).default(30),
        days: z.number().min(0.04).max(3_650).default(14),
        /** How many of these days as measured; before that in steps of five minutes, except what was in trouble. */
        fullDays: z.number().min(0.04).max(3_650).default(6),
      })
      .prefault({}),
    /** How long what is over is kept. What helps is learnt from the last 180 days, so no shorter. */
    retention: z
      .strictObject({
        incidentsDays: z.int().min(180).max(36_500).default(400),
        /** Without it the audit is kept for good. */
        auditDays: z.int().min(180).max(36_500).optional(),
      })
      .prefault({}),
    slack: slackSchema,
    model: z
      .strictObject({
        apiKey: text.optional(),
        /** Any server that speaks OpenAI's chat completions: vLLM, Ollama, llama.cpp, a gateway. */
        baseUrl: httpUrl.optional(),
        name: text.default("gpt-5-mini"),
        /** For all that a diagnosis or a question asks the model; until then, and after it, the rules' answer stands. */
        deadlineSeconds: z.number().min(1).max(300).default(60),
        /** What the model may look up in one diagnosis or question, read-only; 0: nothing. */
        toolCalls: z.int().min(0).max(40).default(8),
        /** Tokens of the case as it is told; longer evidence is shortened, the longest first. */
        inputTokens: z.int().min(2_000).max(200_000).default(8_000),
        tokensPerIncident: z.int().min(0).max(100_000_000).default(250_000),
        tokensPerHour: z.int().min(0).max(1_000_000_000).default(500_000),
        /** US dollars for a million tokens, to show what a diagnosis has cost. */
        price: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }).optional(),
      })
      .prefault({}),
    redaction: z
      .strictObject({
        /** From whom names, e-mail addresses, phone numbers and public addresses are kept. Secrets are kept from all. */
        personal: z.enum(["off", "model", "everyone"]).default("model"),
        /** People (`slack:U123`, `mail:ann@example.org`) who may see them all the same where `personal` is `everyone`. */
        revealTo: z.array(person).max(200).default([]),
      })
      .prefault({}),
    email: z
      .strictObject({
        smtpUrl: smtpUrl.optional(),
        from: text.optional(),
        to: z.array(mailAddress).max(50).default([]),
        /** Incidents that are told at once. */
        severities: z.array(z.enum(severities)).default(["critical", "high"]),
        digest: z
          .strictObject({ daily: cronOrOff.default("0 8 * * *"), weekly: cronOrOff.default("0 8 * * 1") })
          .prefault({}),
        timeZone: timeZone.default("UTC"),
      })
      .prefault({}),
    web: webSchema,
    /** A dead man's switch: called while kubemend is well, so that its silence is an alarm elsewhere. */
    heartbeat: z
      .strictObject({ url: httpUrl.optional(), seconds: z.number().min(5).max(3_600).default(60) })
      .prefault({}),
    detection: z
      .strictObject({
        scrapeSeconds: z.number().min(1).max(300).default(15),
        /** How long logs are learnt before a line counts as new. Severe lines count at once. */
        learnMinutes: z.number().min(0).max(1_440).default(120),
        /** Histograms of request durations whose names meet no convention, without `_bucket`; in seconds unless the name says `ms`. */
        latencyHistograms: z.array(metricName).max(50).default([]),
        /** Into how many shards the namespaces are cut; watchers of one cluster share them. One: the others stand by. */
        shards: z.int().min(1).max(64).default(1),
        /** Folder of the forecaster's model, as `kubemend train --out` writes it; default the one that comes along. */
        model: text.optional(),
      })
      .prefault({}),
    /** Who may approve what; see docs/policy.md. Without a file: any member of the workspace, one approval, two for high risk. */
    policy: text.optional(),
    /** Folder of the owner's runbooks (Markdown); the pages that fit are quoted with each diagnosis. */
    runbooks: text.optional(),
    /** For one-time codes, where the policy asks for them: encrypts the authenticators' secrets in the database. */
    secondFactor: z
      .strictObject({
        key: text
          .refine(
            (value) => sealKeyOf(value) !== undefined,
            "must be 32 random bytes in base64: openssl rand -base64 32",
          )
          .optional(),
      })
      .prefault({}),
    /** Experiments, see docs/chaos.md. The kubeconfig is that of an identity of their own. */
    chaos: z
      .strictObject({
        /** Who may run and stop experiments from chat (`slack:U123`, `mail:ann@example.org`); nobody: chat has none. */
        people: z.array(person).max(200).default([]),
        kubeconfig: text.optional(),
        context: text.optional(),
        /** kubemend's image, for the pods of proxies and loads. */
        image: text.optional(),
      })
      .prefault({}),
    log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
  })
  .superRefine(({ logs, loki, nats, web, detection }, context) => {
    if (logs.source === "loki" && loki.url === undefined)
      context.addIssue({ code: "custom", path: ["loki", "url"], message: "must be set when logs.source is loki" });
    if (logs.source === "nats" && nats.url === undefined)
      context.addIssue({ code: "custom", path: ["nats", "url"], message: "must be set when logs.source is nats" });
    if (logs.source === "push" && detection.shards > 1)
      context.addIssue({
        code: "custom",
        path: ["logs", "source"],
        message:
          "must not be push with detection.shards above 1: lines reach a watcher that does not hold them; use nats",
      });
    const { slackLinks, proxy } = web.signIn;
    if ((slackLinks || proxy) && web.url === undefined)
      context.addIssue({ code: "custom", path: ["web", "url"], message: "must be set when web.signIn is used" });
    if (web.approvals && !slackLinks && !proxy)
      context.addIssue({ code: "custom", path: ["web", "approvals"], message: "needs web.signIn: nobody is known" });
  });

export type Config = z.infer<typeof configSchema>;
