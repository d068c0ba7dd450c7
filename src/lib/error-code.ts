/** The `code` by which Node, PostgreSQL's driver and HTTP clients name an error, such as ENOENT; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
