import type { Policy } from "../../actions/policy/policy-file.ts";
import { createKubernetesChaos } from "../../adapters/kubernetes-chaos/kubernetes-chaos.ts";
import { loadKubeConfig } from "../../adapters/kubernetes-config.ts";
import type { ChaosRunDeps } from "../../app/chaos/chaos-run.ts";
import { loadPolicy } from "../../app/plans/load-policy.ts";
import type { Config } from "../../config/config.ts";
import { readConfig } from "../../config/load-config.ts";
import type { Person } from "../../incident/approval.ts";
import { inputError } from "../../lib/app-error.ts";
import { textInside } from "../../lib/inside.ts";
import { judgeNow, judgeTogether } from "../judge-together.ts";
import { packageVersion } from "../package-version.ts";

export interface ChaosOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly image?: string;
}

export interface RunOptions extends ChaosOptions {
  /** Id of the person in whose name the first fix offered is approved: `mail:oncall@example.com`. */
  readonly approveAs?: string;
  readonly json?: boolean;
}

export interface ChaosApproval {
  readonly policy: Policy;
  readonly by: Person;
}

export interface JudgedChaos {
  readonly config: Config;
  /** The cluster as the identity of experiments sees it. */
  readonly place: Pick<ChaosRunDeps, "cluster" | "ours" | "image">;
  /** Undefined where nobody's approvals were asked for. */
  readonly approval: ChaosApproval | undefined;
}

async function approvalOf(id: string | undefined, policyFile: string | undefined): Promise<ChaosApproval | undefined> {
  if (id === undefined) return undefined;
  if (!/^(slack|mail|cli):\S+$/.test(id))
    throw inputError(
      "approver-invalid",
      `--approve-as ${JSON.stringify(id)} names nobody.`,
      "Give a person as the policy does: mail:oncall@example.com, or slack:U012AB3CD.",
    );
  return { policy: await loadPolicy(policyFile), by: { id, name: id.replace(/^\w+:/, "") } };
}

/**
 * What a command about experiments is given, before the database or the cluster is asked: whoever has mended one mistake must not
 * meet the next only once both are there. @param more judges what else was given. Begun here, together with the rest: a refusal that comes before anybody
 * waits for it would end the process
 * @throws AppError (exit code 2) with every mistake at once
 */
export async function judgeChaos<More>(
  options: RunOptions,
  more: () => Promise<More>,
): Promise<JudgedChaos & { readonly more: More }> {
  const { judged, settings } = await readConfig(options.config, process.env);
  const named = (key: "kubeconfig" | "context") =>
    options[key] ?? textInside(settings, "chaos", key) ?? textInside(settings, "kubernetes", key);
  const [known, config, kubeConfig, approval] = await judgeTogether([
    more(),
    judged.ok ? Promise.resolve(judged.config) : Promise.reject<Config>(judged.error),
    judgeNow(() => loadKubeConfig({ kubeconfig: named("kubeconfig"), context: named("context") })),
    approvalOf(options.approveAs, textInside(settings, "policy")),
  ]);
  const own = process.env["POD_NAMESPACE"];
  const place = {
    cluster: createKubernetesChaos({ config: kubeConfig }),
    ours: ["kubemend", ...(own ? [own] : [])],
    image: options.image ?? config.chaos.image ?? `kubemend:${packageVersion()}`,
  };
  return { config, place, approval, more: known };
}
