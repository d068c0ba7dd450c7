import { execFile } from "node:child_process";
import type { KubeConfig, User } from "@kubernetes/client-node";
import { z } from "zod";
import { errorCode } from "../lib/error-code.ts";
import { untilToken } from "../lib/until-token.ts";
import { whyRefused } from "../lib/why-refused.ts";

/** A plugin that asks a person for something, or a cloud that is away, must not keep every request waiting (ms). */
const pluginDeadlineMs = 30_000;
/** Of what it says: a token and two certificates are some kilobytes. */
const maxAnswerBytes = 1024 * 1024;
const defaultVersion = "client.authentication.k8s.io/v1beta1";

const pluginSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  apiVersion: z.string().nullish(),
});
const credentialSchema = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

type Plugin = z.infer<typeof pluginSchema>;
type Credential = z.infer<typeof credentialSchema>["status"];

/** Neither its arguments nor what it printed for us: both may hold secrets. What it says to people comes on stderr. */
function whyNone(error: Error & { readonly killed?: boolean }, stderr: string, deadlineMs: number): string {
  if (errorCode(error) === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "its answer is too large";
  if (error.killed) return `it did not answer within ${deadlineMs / 1_000} s`;
  const said = untilToken(stderr.trim().split("\n")[0] ?? "", 160);
  return said || (error.message.startsWith("Command failed") ? "it failed without a word" : whyRefused(error));
}

const isFresh = ({ expirationTimestamp }: Credential, now: number): boolean =>
  expirationTimestamp === undefined || Date.parse(expirationTimestamp) > now;

const gaveNone = (command: string) => `${command}, which the kubeconfig names for credentials, gave none`;

/** The parser's own words would quote a token. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks a plugin as client-go does (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins). */
async function ask({ command, args, env, apiVersion }: Plugin, deadlineMs: number): Promise<Credential> {
  const info = { apiVersion: apiVersion ?? defaultVersion, kind: "ExecCredential", spec: { interactive: false } };
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const options = {
    env: { ...process.env, KUBERNETES_EXEC_INFO: JSON.stringify(info), ...own },
    timeout: deadlineMs,
    killSignal: "SIGKILL",
    maxBuffer: maxAnswerBytes,
  } as const;
  const said = await new Promise<string>((resolve, reject) => {
    execFile(command, args ?? [], options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${gaveNone(command)}: ${whyNone(error, stderr, deadlineMs)}`));
      else resolve(stdout);
    });
  });
  const credential = credentialSchema.safeParse(parsed(said));
  if (!credential.success) throw new Error(`${gaveNone(command)}: what it printed is no ExecCredential`);
  return credential.data.status;
}

const refused = new WeakMap<KubeConfig, () => void>();

/**
 * To be called when the API server does not accept who we are (401): what a plugin gave without a time of expiry holds until
 * then (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 */
export function forgetCredentials(config: KubeConfig): void {
  refused.get(config)?.();
}

/**
 * Lets the plugins of a kubeconfig be asked by us: the library waits for them without end, and starts another one for every
 * request meanwhile. One is asked at a time for a user, killed at its deadline, and asked again when its answer has expired or was refused.
 */
export function boundExecPlugins(config: KubeConfig, deadlineMs = pluginDeadlineMs): void {
  const plugins = new Map<string, Plugin>();
  config.users = config.users.map((user): User => {
    const plugin = pluginSchema.safeParse(
      user.exec ?? (user.authProvider as { config?: { exec?: unknown } } | undefined)?.config?.exec,
    );
    if (!plugin.success) return user;
    plugins.set(user.name, plugin.data);
    const { exec: _exec, authProvider: _authProvider, ...rest } = user;
    return rest;
  });
  if (plugins.size === 0) return;
  const known = new Map<string, Credential>();
  const asking = new Map<string, Promise<Credential>>();
  refused.set(config, () => known.clear());
  const credentialOf = (name: string, plugin: Plugin): Promise<Credential> => {
    const kept = known.get(name);
    if (kept && isFresh(kept, Date.now())) return Promise.resolve(kept);
    const underWay =
      asking.get(name) ??
      ask(plugin, deadlineMs)
        .then((credential) => {
          known.set(name, credential);
          return credential;
        })
        .finally(() => asking.delete(name));
    asking.set(name, underWay);
    return underWay;
  };
  config.addAuthenticator({
    isAuthProvider: ({ name }) => plugins.has(name),
    async applyAuthentication({ name }, options) {
      const plugin = plugins.get(name);
      if (!plugin) return;
      const { token, clientCertificateData, clientKeyData } = await credentialOf(name, plugin);
      if (clientCertificateData) options.cert = clientCertificateData;
      if (clientKeyData) options.key = clientKeyData;
      if (token) options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
    },
  });
}
