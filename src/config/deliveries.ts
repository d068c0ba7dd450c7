interface Settings {
  readonly ingest: { readonly token?: string | undefined; readonly open: boolean };
  readonly web: { readonly host: string };
}

/**
 * From whom logs, alerts and traces are taken: who has the token, or else nobody, unless the settings say that anybody may or
 * only this machine can reach the port.
 */
export function deliverers({ ingest, web }: Settings): "token" | "anyone" | "this-machine" | "nobody" {
  if (ingest.token !== undefined) return "token";
  if (ingest.open) return "anyone";
  return /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(web.host) ? "this-machine" : "nobody";
}
