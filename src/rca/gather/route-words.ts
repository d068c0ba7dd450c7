import { own } from "../../lib/own.ts";
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

/** How a path is compared: of an Ingress, and of the Gateway API. */
const ways: Readonly<Record<string, string>> = {
  Exact: "exactly",
  Prefix: "by prefix",
  PathPrefix: "by prefix",
  ImplementationSpecific: "as its controller likes",
  RegularExpression: "as a regular expression",
};
const wayOf = (type: unknown): string => own(ways, String(type)) ?? "by prefix";

interface Row {
  /** What is asked for. */
  readonly what: string;
  /** How that is compared. */
  readonly way: string;
  /** Where it goes. */
  readonly to: string;
}

type Table = ReadonlyMap<string, Row>;

const shown = ({ what, way }: Row) => (way === "exactly" ? `${what} exactly` : what);

function matchWords(match: unknown): string {
  const { path, method, headers } = partOf(match);
  const where = path ? `path ${partOf(path).value ?? "/"}` : "every path";
  const only = listOf(headers).map((one) => `${partOf(one).name}=${partOf(one).value}`);
  return [where, ...(method ? [`by ${method}`] : []), ...(only.length > 0 ? [`with ${only.join(" ")}`] : [])].join(" ");
}

function tableOf(rules: unknown): Table {
  const table = new Map<string, Row>();
  const add = (row: Row) => table.set(`${row.what} ${row.way}`, row);
  for (const rule of listOf(rules).map(partOf)) {
    const host = rule.host === undefined ? "" : `host ${rule.host}: `;
    for (const one of listOf(partOf(rule.http).paths).map(partOf))
      add({ what: `${host}path ${one.path ?? "/"}`, way: wayOf(one.pathType), to: backendWords(one.backend) });
    if (rule.http !== undefined || (rule.backendRefs === undefined && rule.matches === undefined)) continue;
    const matches = listOf(rule.matches);
    const what = matches.length > 0 ? matches.map(matchWords).join(" or ") : "every path";
    const types = new Set(matches.map((match) => wayOf(partOf(partOf(match).path).type)));
    const to = listOf(rule.backendRefs).map(backendWords).join(" and ") || "nobody";
    add({ what, way: [...types].join(" or "), to });
  }
  return table;
}

/** Rows that the other table does not have. */
const without = (table: Table, other: Table): readonly Row[] =>
  [...table].flatMap(([key, row]) => (other.has(key) ? [] : [row]));

const goes = (to: string, from: string) => `goes to ${to} (was ${from})`;

/**
 * Which paths go elsewhere than before or are compared otherwise, have come or are gone: `host shop.example: path /cart now goes to
 * cart-v2:80 (was cart:80)`. Undefined when the lists are no routes, or differ in something else.
 */
export function routeWords(before: unknown, after: unknown): string | undefined {
  const [was, is] = [tableOf(before), tableOf(after)];
  const [gone, come] = [without(was, is), without(is, was)];
  /** The same path under another comparison, where it is the only one of its name in both. */
  const earlierOf = (row: Row) => {
    const [left, right] = [gone, come].map((rows) => rows.filter(({ what }) => what === row.what));
    return left?.length === 1 && right?.length === 1 ? left[0] : undefined;
  };
  const compared = come.flatMap((row) => earlierOf(row) ?? []);
  const told = [
    ...[...is].flatMap(([key, row]) => {
      const [same, earlier] = [was.get(key), earlierOf(row)];
      if (same) return same.to === row.to ? [] : [`${shown(row)} now ${goes(row.to, same.to)}`];
      if (!earlier) return [`${shown(row)} is new and goes to ${row.to}`];
      const text = `${row.what} is now matched ${row.way} (was ${earlier.way})`;
      return [earlier.to === row.to ? text : `${text} and ${goes(row.to, earlier.to)}`];
    }),
    ...gone.flatMap((row) => (compared.includes(row) ? [] : [`${shown(row)} is gone (went to ${row.to})`])),
  ];
  return told.length > 0 ? told.join(", ") : undefined;
}
