import { own } from "../../lib/own.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type SaidChange, sayChange } from "./said-change.ts";
import { textDifference } from "./text-difference.ts";

/** One field that differs. Values are as JSON would print them; a string is printed bare. */
export interface FieldChange {
  /** `spec.template.spec.containers[carts].resources.limits.memory`; list items are named where they have a name. */
  readonly path: string;
  readonly area: FieldArea;
  readonly container?: string;
  /** Name of the variable, resource, key, port or label inside the area. */
  readonly name?: string;
  readonly before?: string;
  readonly after?: string;
  /** The change in words, where the values are lists or objects that JSON would print. */
  readonly said?: SaidChange;
}

/** What kind of decision a field is; a rule asks for areas, never for paths. */
export type FieldArea =
  | "image"
  | "env"
  | "resources"
  | "liveness"
  | "readiness"
  | "startup"
  | "command"
  | "security"
  | "identity"
  | "placement"
  | "volume"
  | "container-port"
  | "replicas"
  | "selector"
  | "service-port"
  | "data"
  | "quota"
  | "cordon"
  | "taint"
  | "rights"
  | "suspend"
  | "restart"
  | "labels"
  | "autoscale"
  | "paused"
  | "other";

const maxFields = 40;
const maxValueChars = 400;

const areas: readonly (readonly [RegExp, FieldArea])[] = [
  [/ontainers\[[^\]]+\]\.image$/, "image"],
  [/ontainers\[[^\]]+\]\.env(From)?\b/, "env"],
  [/ontainers\[[^\]]+\]\.resources\b/, "resources"],
  [/\.livenessProbe\b/, "liveness"],
  [/\.readinessProbe\b/, "readiness"],
  [/\.startupProbe\b/, "startup"],
  [/ontainers\[[^\]]+\]\.(command|args)\b/, "command"],
  [/\.securityContext\b/, "security"],
  [/ontainers\[[^\]]+\]\.ports\b/, "container-port"],
  [/\.serviceAccountName$/, "identity"],
  [
    /spec\.(nodeSelector|affinity|tolerations|topologySpreadConstraints|schedulerName|priorityClassName)\b/,
    "placement",
  ],
  [/(volumes\[|volumeMounts|volumeClaimTemplates)/, "volume"],
  [/restartedAt/, "restart"],
  [/^spec\.replicas$/, "replicas"],
  [/^spec\.selector\b/, "selector"],
  [/^spec\.ports\b/, "service-port"],
  [/^(data|binaryData)\b/, "data"],
  [/^spec\.(hard|limits)\b/, "quota"],
  [/^spec\.unschedulable$/, "cordon"],
  [/^spec\.taints\b/, "taint"],
  [/^(rules|subjects|roleRef)\b/, "rights"],
  [/^spec\.suspend$/, "suspend"],
  [/^spec\.(minReplicas|maxReplicas|metrics|scaleTargetRef)\b/, "autoscale"],
  [/^spec\.paused$/, "paused"],
  [/labels\b/, "labels"],
];

// Fields that say nothing beyond another one, or that the API server fills in.
const ignored =
  /(\.serviceAccount$|^spec\.(clusterIPs|ipFamilies|podCIDRs?)|last-applied-configuration|terminationMessagePath)/;

const cut = (text: string) => (text.length > maxValueChars ? `${untilToken(text, maxValueChars)}…` : text);

function print(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  // A variable that came or went as a whole is told by its value.
  const plain =
    isRecord(value) && typeof value.name === "string" && typeof value.value === "string" ? value.value : value;
  return cut(typeof plain === "string" ? plain : JSON.stringify(plain));
}

const isFile = (text: string) => text.length > maxValueChars || text.includes("\n");

/** Of whole files only what differs between them. */
function printBoth(left: unknown, right: unknown): readonly [string | undefined, string | undefined] {
  const differ = typeof left === "string" && typeof right === "string" && (isFile(left) || isFile(right));
  const [was, is] = differ ? textDifference(left, right, maxValueChars) : [left, right];
  return [print(was), print(is)];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The name under which a list item is found again in another version. */
function itemKey(item: unknown): string | undefined {
  if (!isRecord(item)) return undefined;
  for (const field of ["name", "key", "containerPort", "port", "mountPath"]) {
    const value = item[field];
    if (typeof value === "string" || typeof value === "number") return String(value);
  }
  return undefined;
}

function keyed(list: readonly unknown[]): Readonly<Record<string, unknown>> | undefined {
  const found = new Map<string, unknown>();
  for (const item of list) {
    const key = itemKey(item);
    if (key === undefined || found.has(key)) return undefined;
    found.set(key, item);
  }
  return Object.fromEntries(found);
}

/** A variable may have a name of a megabyte; nobody reads it. */
const maxKeyChars = 300;
const shown = (key: string) => (key.length > maxKeyChars ? `${key.slice(0, maxKeyChars)}…` : key);

function walk(path: string, before: unknown, after: unknown, out: [string, unknown, unknown][]): void {
  if (out.length >= maxFields || before === after) return;
  if (Array.isArray(before) || Array.isArray(after)) {
    const left = keyed(Array.isArray(before) ? before : []);
    const right = keyed(Array.isArray(after) ? after : []);
    if (left && right) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
        walk(`${path}[${shown(key)}]`, own(left, key), own(right, key), out);
    } else if (JSON.stringify(before) !== JSON.stringify(after)) out.push([path, before, after]);
    return;
  }
  const nested = isRecord(before) && isRecord(after);
  // Added or removed whole values stay whole, except where the parts carry the meaning (resources, data, selectors).
  if (
    nested ||
    (/(resources|limits|requests|data|selector|hard|labels)$/.test(path) && (isRecord(before) || isRecord(after)))
  ) {
    const left = isRecord(before) ? before : {};
    const right = isRecord(after) ? after : {};
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      walk(/[./]/.test(key) ? `${path}[${shown(key)}]` : `${path}.${shown(key)}`, own(left, key), own(right, key), out);
    }
    return;
  }
  out.push([path, before, after]);
}

/** Name of the part inside its area: the variable, the resource, the key. */
function partName(path: string, area: FieldArea): string | undefined {
  if (area === "env") return /\.env(?:From)?\[([^\]]+)\]/.exec(path)?.[1];
  if (area === "data") return /^(?:data|binaryData)(?:\.([^.[\]]+)|\[([^\]]+)\])/.exec(path)?.slice(1).find(Boolean);
  if (area === "service-port") return /ports\[([^\]]+)\]/.exec(path)?.[1];
  return /\[([^\]]+)\]$/.exec(path)?.[1] ?? /\.([^.]+)$/.exec(path)?.[1];
}

/** Fields of intent that differ between two versions of an object, at most 40, each with its area. */
export function diffFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly FieldChange[] {
  const rows: [string, unknown, unknown][] = [];
  for (const root of ["spec", "data", "binaryData", "rules", "subjects", "roleRef", "webhooks", "type"])
    walk(root, before[root], after[root], rows);
  const labels = (object: Readonly<Record<string, unknown>>) =>
    (object.metadata as { labels?: unknown } | undefined)?.labels;
  walk("metadata.labels", labels(before), labels(after), rows);
  return rows
    .filter(([path]) => !ignored.test(path))
    .map(([path, left, right]) => {
      const area = areas.find(([pattern]) => pattern.test(path))?.[1] ?? "other";
      const container = /ontainers\[([^\]]+)\]/.exec(path)?.[1];
      const name = partName(path, area);
      const [was, is] = printBoth(left, right);
      // Of variables and of data the value counts, and whether it may be told.
      const said = area === "env" || area === "data" ? undefined : sayChange(path, left, right);
      return {
        path,
        area,
        ...(container === undefined ? {} : { container }),
        ...(name === undefined ? {} : { name }),
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
        ...(said === undefined ? {} : { said: { ...said, text: cut(said.text) } }),
      };
    });
}
