import { z } from "zod";

const text = z.string().min(1);
const url = z.url();
const port = z.int().min(0).max(65_535);

/** Everything an operator can set. Each has a default that works, so that an empty file is a valid one. */
export const configSchema = z.strictObject({
  /** Name of this cluster, shown on everything. */
  cluster: text.default("kubernetes"),
  /** PostgreSQL of the user's own; without one an embedded server keeps its files below `data`. */
  database: z.strictObject({ url: text.optional() }).prefault({}),
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
  prometheus: z.strictObject({ url: url.optional() }).prefault({}),
  slack: z
    .strictObject({
      botToken: text.optional(),
      /** For requests over HTTP. */
      signingSecret: text.optional(),
      /** For Socket Mode; then nothing has to be reachable from outside. */
      appToken: text.optional(),
      channel: text.default("#incidents"),
      fallbackChannel: text.optional(),
      apiUrl: url.optional(),
    })
    .prefault({}),
  model: z
    .strictObject({
      apiKey: text.optional(),
      /** Any server that speaks OpenAI's chat completions: vLLM, Ollama, llama.cpp, a gateway. */
      baseUrl: url.optional(),
      name: text.default("gpt-5-mini"),
      deadlineSeconds: z.number().min(1).max(120).default(10),
    })
    .prefault({}),
  email: z
    .strictObject({ smtpUrl: text.optional(), from: text.optional(), to: z.array(z.email()).max(50).default([]) })
    .prefault({}),
  web: z.strictObject({ host: text.default("127.0.0.1"), port: port.default(8080) }).prefault({}),
  detection: z
    .strictObject({
      scrapeSeconds: z.number().min(1).max(300).default(15),
      /** How long logs are learnt before a line counts as new. Severe lines count at once. */
      learnMinutes: z.number().min(0).max(1_440).default(120),
    })
    .prefault({}),
  /** Who may approve what; see docs/policy.md. Without a file: any member of the workspace, one approval, two for high risk. */
  policy: text.optional(),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
});

export type Config = z.infer<typeof configSchema>;
