import { loadConfig } from "../config/load-config.ts";
import { strayVariables } from "../config/stray-variables.ts";
import { visibleText } from "../lib/visible-text.ts";
import type { Check, CheckResult } from "./doctor/check.ts";
import { proxyNotUsed } from "./doctor/proxy-note.ts";

export interface DoctorOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly slack?: boolean;
}

const marks = { ok: "ok    ", off: "off   ", failed: "FAILED" } as const;

function print(check: Check, result: CheckResult): void {
  console.log(visibleText(`${marks[result.state]} ${check.name}: ${result.detail}`));
  if (result.state !== "ok") console.log(visibleText(`       ${result.remedy}`));
}

/** What it all comes to, in one line. */
function lastLine(failures: readonly string[], options: DoctorOptions): string {
  if (failures.length > 0)
    return `Not ready: ${failures.join(", ")}. What is off is a choice; what is FAILED has to be put right.`;
  if (options.slack) return "Slack is ready.";
  const given = (["config", "kubeconfig", "context"] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`--${name} ${options[name]}`],
  );
  return `Ready: ${["kubemend start", ...given].join(" ")}`;
}

/**
 * `kubemend doctor`: one line a check, with what to do. A cluster and a database are needed; the rest is needed where it is
 * configured, and Slack where it is asked about.
 * @returns 0, or 2 when something that is needed is missing or does not work
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const config = await loadConfig(options.config, process.env);
  const kubeconfig = options.kubeconfig ?? config.kubernetes.kubeconfig;
  const context = options.context ?? config.kubernetes.context;
  const place = { ...config.kubernetes, ...(kubeconfig && { kubeconfig }), ...(context && { context }) };
  for (const { name, meant } of strayVariables(process.env))
    console.log(`note   ${name} is not read; did you mean ${meant}?`);
  const proxy = proxyNotUsed(process.env);
  if (proxy)
    console.log(
      `note   ${proxy} is not used; to go through that proxy set NODE_USE_ENV_PROXY=1 too (docs/configuration.md)`,
    );
  // A mistake in the settings has been told by now; loading all that asks others takes longer than finding it.
  const { everyCheck } = await import("./doctor/every-check.ts");
  const everything = everyCheck(config, place);
  const checks = options.slack ? everything.filter(({ name }) => name === "Slack") : everything;
  const results = checks.map((check) => check.run());
  const failures: string[] = [];
  for (const [i, check] of checks.entries()) {
    const result = await results[i];
    if (!result) continue;
    if (result.state === "failed" || (options.slack && result.state === "off")) failures.push(check.name);
    print(check, result);
  }
  console.log(`\n${lastLine(failures, options)}`);
  return failures.length === 0 ? 0 : 2;
}
