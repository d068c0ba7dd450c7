import { z } from "zod";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Finding } from "../gather/evidence-book.ts";
import type { ToolSpec } from "./tool-call.ts";

const kind = z.string().min(1).max(60);
const name = z.string().min(1).max(253);
const namespace = z.string().max(253).nullable();
const minutes = z.int().min(1).max(1_440);

/** Arguments of each tool. Every field is required: strict JSON schemas know no optional ones. */
export const toolArguments = {
  get_object: z.strictObject({ kind, namespace, name, field: z.string().max(200).nullable() }),
  list_events: z.strictObject({ namespace, kind: kind.nullable(), name: name.nullable(), minutes }),
  read_logs: z.strictObject({
    kind,
    namespace: z.string().min(1).max(253),
    name,
    container: z.string().max(253).nullable(),
    grep: z.string().max(200).nullable(),
    previous: z.boolean(),
    minutes,
  }),
  query_metrics: z.strictObject({ promql: z.string().min(1).max(600), minutes }),
  rollout_history: z.strictObject({ kind, namespace: z.string().min(1).max(253), name }),
  neighbours: z.strictObject({ kind, namespace, name }),
} as const;

export type ToolName = keyof typeof toolArguments;
export type ToolArguments<N extends ToolName> = z.infer<(typeof toolArguments)[N]>;
export const toolNames = Object.keys(toolArguments) as readonly ToolName[];

const descriptions: Readonly<Record<ToolName, string>> = {
  get_object:
    "State of one object: what is asked of it and its status. `field` narrows to a part, for example spec.template.spec.containers; null for all. Objects of kind Secret cannot be read.",
  list_events:
    "Events of the last minutes, newest last, of one object or, with kind and name null, of a namespace (null: cluster-wide objects).",
  read_logs:
    "Log lines of a Pod, or of the pods of a workload (Deployment, StatefulSet, DaemonSet, Job), newest last. `grep` keeps lines that contain the text, ignoring case; several texts are separated by |. `previous` asks for the run before the last restart.",
  query_metrics:
    "A PromQL expression over the last minutes; answers with the lowest, highest and last value and some points of each series.",
  rollout_history: "Revisions of a Deployment, StatefulSet or DaemonSet, newest first, with what each of them changed.",
  neighbours:
    "Who calls a workload or Service, whom it calls, what it uses (ConfigMaps, volumes, nodes), and the endpoints of its Services.",
};

/** The tools as a model sees them. The same in every installation, so that a request can be made again. */
export const toolSpecs: readonly ToolSpec[] = toolNames.map((tool) => ({
  name: tool,
  description: descriptions[tool],
  parameters: z.toJSONSchema(toolArguments[tool], { target: "draft-7" }),
}));

/** When and for whom something is looked up. */
export interface ToolContext {
  readonly now: number;
  readonly onset: number;
  readonly signal: AbortSignal;
}

/** A fact with its query and status; `no-data` is an answer. The text is raw: it is quoted only through the redactor. */
export type LookUp<N extends ToolName> = (args: ToolArguments<N>, context: ToolContext) => Promise<Finding>;

/** What can be looked up, read-only. Declared here, implemented on the live cluster and on what was observed. */
export type InvestigationTools = { readonly [N in ToolName]: LookUp<N> };

/** Objects that hold secrets, however the kind is written. */
export function holdsSecrets(kindName: string): boolean {
  return /secret/i.test(kindName);
}

/** What a model has named, which need not exist. A namespace of null or "" is none. */
export function aboutOf(args: { kind: string; namespace: string | null; name: string }): ObjectRef {
  return args.namespace
    ? { kind: args.kind, namespace: args.namespace, name: args.name }
    : { kind: args.kind, name: args.name };
}
