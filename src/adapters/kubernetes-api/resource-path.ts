/** Where the API serves a kind. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly plural: string;
  /** Its objects lie in no namespace. */
  readonly clusterScoped?: boolean;
}

/** The API group of an `apiVersion`, as roles name it: "" for the core. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** `/api/v1`, `/apis/apps/v1`. */
export function groupPath(apiVersion: string): string {
  return groupOf(apiVersion) === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

/** The path of a collection; of all namespaces when none is named. */
export function collectionPathOf(
  { apiVersion, plural, clusterScoped }: ServedKind,
  namespace: string | undefined,
): string {
  const scope = namespace === undefined || clusterScoped ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPath(apiVersion)}${scope}/${plural}`;
}

/** The path of one object of a collection. */
export function objectPathIn(collection: string, name: string): string {
  return `${collection}/${encodeURIComponent(name)}`;
}
