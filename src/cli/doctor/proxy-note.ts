/**
 * A proxy that the environment names and Node is not told to use: nothing would go through it, unlike with most other programs.
 * @returns the variable; undefined when there is none, or it is used
 */
export function proxyNotUsed(env: NodeJS.ProcessEnv): string | undefined {
  if (env["NODE_USE_ENV_PROXY"] === "1" || /--use-env-proxy/.test(env["NODE_OPTIONS"] ?? "")) return undefined;
  return ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].find((name) => env[name]);
}
