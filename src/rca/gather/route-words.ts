import { isPart, listOf } from "./value-words.ts";

type Part = Readonly<Record<string, unknown>>;
const partOf = (value: unknown): Part => (isPart(value) ? value : {});

/** `cart-v2:80`: the backend of an Ingress (networking.k8s.io/v1) or of a route of the Gateway API. */
function backendWords(backend: unknown): string {
  const { service, resource, name, port, weight, kind } = partOf(backend);
  if (service) {
    const at = partOf(partOf(service).port);
    return [partOf(service).name, at.name ?? at.number].filter((one) => one !== undefined).join(":");
  }
  if (resource) return `${partOf(resource).kind} ${partOf(resource).name}`;
  const target = [name, port].filter((one) => one !== undefined).join(":");
  const named = kind === undefined || kind === "Service" ? target : `${kind} ${target}`;
  return weight === undefined || weight === 1 ? named : `${named} (weight ${weight})`;
}

/** What is asked for -> where it goes. */
type Table = ReadonlyMap<string, string>;

function matchWords(match: unknown): string {
  const { path, method, headers } = partOf(match);
  const where = path ? `path ${partOf(path).value ?? "/"}` : "every path";
  const only = listOf(headers).map((one) => `${partOf(one).name}=${partOf(one).value}`);
  return [where, ...(method ? [`by ${method}`] : []), ...(only.length > 0 ? [`with ${only.join(" ")}`] : [])].join(" ");
}

function tableOf(rules: unknown): Table {
  const table = new Map<string, string>();
  for (const rule of listOf(rules).map(partOf)) {
    const host = rule.host === undefined ? "" : `host ${rule.host}: `;
    for (const one of listOf(partOf(rule.http).paths).map(partOf)) {
      const exact = one.pathType === "Exact" ? " exactly" : "";
      table.set(`${host}path ${one.path ?? "/"}${exact}`, backendWords(one.backend));
    }
    if (rule.http !== undefined || (rule.backendRefs === undefined && rule.matches === undefined)) continue;
    const matches = listOf(rule.matches).length > 0 ? listOf(rule.matches).map(matchWords) : ["every path"];
    table.set(matches.join(" or "), listOf(rule.backendRefs).map(backendWords).join(" and ") || "nobody");
  }
  return table;
}

/**
 * Which paths go elsewhere than before, have come or are gone: `host shop.example: path /cart now goes to cart-v2:80 (was cart:80)`.
 * Undefined when the lists are no routes, or differ in something else than where requests go.
 */
export function routeWords(before: unknown, after: unknown): string | undefined {
  const [was, is] = [tableOf(before), tableOf(after)];
  const told = [
    ...[...is].flatMap(([what, to]) => {
      const from = was.get(what);
      if (from === to) return [];
      return [from === undefined ? `${what} is new and goes to ${to}` : `${what} now goes to ${to} (was ${from})`];
    }),
    ...[...was].flatMap(([what, from]) => (is.has(what) ? [] : [`${what} is gone (went to ${from})`])),
  ];
  return told.length > 0 ? told.join(", ") : undefined;
}
