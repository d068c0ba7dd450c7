type Part = Readonly<Record<string, unknown>>;

export const isPart = (value: unknown): value is Part =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Empty for what is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const partOf = (value: unknown): Part => (isPart(value) ? value : {});
const texts = (value: unknown): readonly string[] => listOf(value).map(String);

/** `dedicated=gpu:NoSchedule`, as `kubectl taint` has it; of a toleration as well. */
function taintWords({ key, value, effect, tolerationSeconds }: Part): string {
  const what = `${key ?? "every taint"}${value ? `=${value}` : ""}${effect ? `:${effect}` : ""}`;
  return tolerationSeconds === undefined ? what : `${what} for ${tolerationSeconds} s`;
}

/** `get, list on pods, deployments.apps`. */
function rightWords({ apiGroups, resources, verbs, resourceNames, nonResourceURLs }: Part): string {
  const groups = texts(apiGroups).filter((group) => group !== "");
  const group = groups.length === 1 && texts(apiGroups).length === 1 ? `.${groups[0]}` : "";
  const of = texts(resources).map((name) => `${name}${group}`);
  const which = listOf(resourceNames).length > 0 ? ` named ${texts(resourceNames).join(", ")}` : "";
  const other = groups.length > 0 && !group ? ` of ${groups.join(", ")}` : "";
  return `${texts(verbs).join(", ")} on ${[...of, ...texts(nonResourceURLs)].join(", ")}${other}${which}`;
}

function selectorWords(selector: unknown): string {
  const labels = Object.entries(partOf(partOf(selector).matchLabels)).map(([key, value]) => `${key}=${value}`);
  const further = listOf(partOf(selector).matchExpressions).map((one) => {
    const { key, operator, values } = partOf(one);
    return `${key} ${operator}${listOf(values).length > 0 ? ` ${texts(values).join("|")}` : ""}`;
  });
  return [...labels, ...further].join(" and ");
}

function peerWords(peer: unknown): string {
  const { podSelector, namespaceSelector, ipBlock } = partOf(peer);
  if (ipBlock) return `addresses ${partOf(ipBlock).cidr}`;
  const pods = podSelector ? `pods ${selectorWords(podSelector) || "of any name"}` : "all pods";
  const where = namespaceSelector ? ` in namespaces ${selectorWords(namespaceSelector) || "of any name"}` : "";
  return `${pods}${where}`;
}

/** One rule of a NetworkPolicy: `from pods app=frontend on TCP 80`. */
function trafficWords(rule: Part): string {
  const side = rule.to === undefined ? "from" : "to";
  const peers = listOf(rule.from ?? rule.to).map(peerWords);
  const ports = listOf(rule.ports).map(
    (port) => `${partOf(port).protocol ?? "TCP"} ${partOf(port).port ?? "all ports"}`,
  );
  return `${side} ${peers.join(" or ") || "anywhere"}${ports.length > 0 ? ` on ${ports.join(", ")}` : ""}`;
}

/** `httpGet.path=/healthz`, `periodSeconds=5`: behind its name, by which the redactor knows a secret. */
function pairs(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value)) {
    const items = value.map(valueWords);
    return [value.some(isPart) ? `${name} (${items.join("; ")})` : `${name}=${items.join(" ") || "none"}`];
  }
  if (!isPart(value)) return [`${name}=${String(value)}`];
  const inside = Object.entries(value);
  return inside.length === 0 ? [name] : inside.flatMap(([key, one]) => pairs(one, `${name}.${key}`));
}

/** A value as a person writes it, where JSON would print brackets: a taint, a right, who may call whom, else its fields. */
export function valueWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueWords).join("; ");
  if (!isPart(value)) return String(value);
  if (typeof value.effect === "string" || value.tolerationSeconds !== undefined) return taintWords(value);
  if (Array.isArray(value.verbs)) return rightWords(value);
  if (Array.isArray(value.from) || Array.isArray(value.to)) return trafficWords(value);
  const { name, value: own, ...rest } = value;
  if (typeof name === "string" && own !== undefined) return `${name}=${String(own)}`;
  const inside = Object.entries(rest).flatMap(([key, one]) => pairs(one, key));
  return [...(typeof name === "string" ? [name] : []), ...inside].join(", ") || "nothing";
}
