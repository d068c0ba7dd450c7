import { anywhere, type FamilyQuery, matchers, type OwnLabels, type QueryScope } from "./query-scope.ts";

/** When the server last heard of anything (s), and how often it does (s). */
export const newestSampleQuery = "max(timestamp(up))";
export const intervalQuery =
  "quantile(0.5, (timestamp(up) - min_over_time(timestamp(up)[5m:15s])) / (count_over_time(up[5m]) - 1 > 1))";

/** One of these two, asked of the targets of one cluster. */
export const ofTargets = (query: string, own?: OwnLabels): string =>
  query.replaceAll(/\bup\b/g, () => `up${anywhere(own ? { own } : {})}`);

/** Which pods answer their scrapes. */
export function upQuery(scope: QueryScope): FamilyQuery {
  const { namespace, pod } = scope.labels;
  const selector = matchers(scope, namespace, `${pod}!=""`);
  return { metric: "up", kind: "value", expr: `min by (${namespace},${pod}) (up${selector})` };
}
