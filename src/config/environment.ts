/** Environment variables and the setting each of them overrides. Secrets belong here rather than into a file. */
export const environmentSettings: Readonly<Record<string, readonly string[]>> = {
  KUBEMEND_CLUSTER: ["cluster"],
  DATABASE_URL: ["database", "url"],
  KUBEMEND_DATA: ["data"],
  PROMETHEUS_URL: ["prometheus", "url"],
  PROMETHEUS_TOKEN: ["prometheus", "token"],
  NATS_URL: ["nats", "url"],
  NATS_TOKEN: ["nats", "token"],
  LOKI_URL: ["loki", "url"],
  LOKI_TOKEN: ["loki", "token"],
  KUBEMEND_INGEST_TOKEN: ["ingest", "token"],
  SLACK_BOT_TOKEN: ["slack", "botToken"],
  SLACK_SIGNING_SECRET: ["slack", "signingSecret"],
  SLACK_APP_TOKEN: ["slack", "appToken"],
  SLACK_CHANNEL: ["slack", "channel"],
  SLACK_API_URL: ["slack", "apiUrl"],
  OPENAI_API_KEY: ["model", "apiKey"],
  OPENAI_BASE_URL: ["model", "baseUrl"],
  KUBEMEND_MODEL: ["model", "name"],
  KUBEMEND_SECOND_FACTOR_KEY: ["secondFactor", "key"],
  SMTP_URL: ["email", "smtpUrl"],
  KUBEMEND_WEB_URL: ["web", "url"],
  KUBEMEND_SESSION_KEY: ["web", "sessionKey"],
  KUBEMEND_HEARTBEAT_URL: ["heartbeat", "url"],
  KUBEMEND_LOG_LEVEL: ["log", "level"],
};

/** Lays the environment over settings read from a file; empty variables count as not set. */
export function withEnvironment(
  settings: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...settings };
  for (const [variable, path] of Object.entries(environmentSettings)) {
    const value = env[variable];
    if (!value) continue;
    let place = merged;
    for (const key of path.slice(0, -1)) {
      const inner = place[key];
      place[key] = typeof inner === "object" && inner !== null ? { ...inner } : {};
      place = place[key] as Record<string, unknown>;
    }
    const last = path.at(-1);
    if (last !== undefined) place[last] = value;
  }
  return merged;
}
