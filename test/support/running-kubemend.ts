import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Child, startChild } from "./child.ts";
import { freePort } from "./free-port.ts";

const command = new URL("../../src/cli/kubemend.ts", import.meta.url).pathname;

export interface RunningKubemend extends AsyncDisposable {
  readonly child: Child;
  readonly url: string;
  /** What a probe hears; undefined when nobody answers. */
  probe(path: "/readyz" | "/healthz"): Promise<{ readonly status: number; readonly text: string } | undefined>;
}

/** `kubemend start` as a process of its own, with a cluster at `clusterUrl`. */
export async function runKubemend(options: {
  readonly databaseUrl: string;
  readonly clusterUrl: string;
  readonly role?: "watcher" | "actor" | "all";
  readonly slack?: { readonly apiUrl: string; readonly botToken: string; readonly signingSecret: string };
  readonly config?: object;
  /** A policy file of its own. */
  readonly policy?: object;
  /** Loaded before the program, as an address that `import` takes. */
  readonly preload?: string;
}): Promise<RunningKubemend> {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-run-"));
  const port = await freePort();
  const slack = options.slack && {
    apiUrl: options.slack.apiUrl,
    botToken: options.slack.botToken,
    signingSecret: options.slack.signingSecret,
  };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [{ name: "test", cluster: { server: options.clusterUrl, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: {} }],
  };
  const config = {
    cluster: "shop",
    web: { port },
    detection: { scrapeSeconds: 5, learnMinutes: 3 },
    capture: { enabled: false },
    ...(options.policy ? { policy: join(folder, "policy.yaml") } : {}),
    ...(slack ? { slack: { ...slack, channel: "#incidents" } } : {}),
    ...options.config,
  };
  await writeFile(join(folder, "kubeconfig"), stringify(kubeconfig));
  await writeFile(join(folder, "kubemend.yaml"), stringify(config));
  if (options.policy) await writeFile(join(folder, "policy.yaml"), stringify(options.policy));
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = startChild(
    command,
    [
      ...["start", "--role", options.role ?? "all", "--config", join(folder, "kubemend.yaml")],
      ...["--kubeconfig", join(folder, "kubeconfig")],
    ],
    {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      DATABASE_URL: options.databaseUrl,
      ...(options.preload ? { NODE_OPTIONS: `--import=${options.preload}` } : {}),
    },
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    url,
    probe: async (path) => {
      try {
        const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) });
        return { status: response.status, text: await response.text() };
      } catch {
        // Not listening (any more).
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
