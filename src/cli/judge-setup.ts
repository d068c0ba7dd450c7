import type { KubeConfig } from "@kubernetes/client-node";
import type { Policy } from "../actions/policy/policy-file.ts";
import { loadKubeConfig } from "../adapters/kubernetes-config.ts";
import { loadPolicy } from "../app/plans/load-policy.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/load-config.ts";
import { watcherProblems } from "../config/watcher-problems.ts";
import { inputError } from "../lib/app-error.ts";
import { textInside } from "../lib/inside.ts";
import type { Role } from "../main.ts";
import { refuseMissingPrompts } from "../rca/model/prompt.ts";
import { refuseCodesWithoutKey } from "./codes-without-key.ts";
import { judgeNow, judgeTogether } from "./judge-together.ts";

export interface SetupOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly role: string;
}

export interface Setup {
  readonly role: Role;
  readonly config: Config;
  readonly policy: Policy;
  readonly kubeConfig: KubeConfig;
  readonly place: { readonly kubeconfig: string | undefined; readonly context: string | undefined };
}

const roles: readonly Role[] = ["watcher", "actor", "all"];

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (role) return role;
  throw inputError("role-unknown", `There is no role ${JSON.stringify(text)}.`, `Use one of ${roles.join(", ")}.`);
}

/**
 * Everything about a start that can be judged from files and the environment, before anybody is asked anything: a database that
 * is away is waited for, and a mistake of the operator's would be told only when it is back.
 * @throws AppError (exit code 2) with every mistake at once
 */
export async function judgeSetup(options: SetupOptions, env: NodeJS.ProcessEnv): Promise<Setup> {
  const read = await readConfig(options.config, env, options.role === "actor" ? undefined : watcherProblems);
  const { judged, settings } = read;
  const place = {
    kubeconfig: options.kubeconfig ?? textInside(settings, "kubernetes", "kubeconfig"),
    context: options.context ?? textInside(settings, "kubernetes", "context"),
  };
  const config = judged.ok ? Promise.resolve(judged.config) : Promise.reject(judged.error);
  const policy = loadPolicy(textInside(settings, "policy"));
  const [role, ...rest] = await judgeTogether<[Role, Config, Policy, KubeConfig, unknown]>([
    judgeNow(() => roleOf(options.role)),
    config,
    policy,
    judgeNow(() => loadKubeConfig(place)),
    judgeBetween(config, policy, options.role),
  ]);
  return { role, config: rest[0], policy: rest[1], kubeConfig: rest[2], place };
}

/** What only shows between files that are right for themselves. An actor decides nothing about approvals and asks no model. */
async function judgeBetween(config: Promise<Config>, policy: Promise<Policy>, role: string): Promise<void> {
  const [known, rules] = await Promise.allSettled([config, policy]);
  if (role === "actor" || known.status === "rejected") return;
  if (rules.status === "fulfilled") refuseCodesWithoutKey(rules.value, known.value);
  if (known.value.model.apiKey || known.value.model.baseUrl) refuseMissingPrompts();
}
