import type { Condition, KubeObject, LabelSelector } from "./object.ts";

export interface ResourceQuota extends KubeObject {
  readonly spec?: { readonly hard?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

export interface PodDisruptionBudget extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
  };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly expectedPods?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface Role extends KubeObject {
  readonly rules?: readonly {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs?: readonly string[];
  }[];
}

export interface RoleBinding extends KubeObject {
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
}

/** One webhook of a configuration that the API server asks before it takes a change. */
export interface Webhook {
  readonly name?: string;
  /** The API's default is Fail. */
  readonly failurePolicy?: string;
  /** What it is asked about; nothing where there is none. */
  readonly rules?: readonly unknown[];
  readonly clientConfig?: { readonly service?: { readonly namespace?: string; readonly name?: string } };
}

export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly Webhook[];
}

export const webhookKinds = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const;
