import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { fetch } from "undici";
import type { ApiObject } from "../../src/replay/api/json.ts";
import { resourceOfKind } from "../../src/replay/api/registry.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

export interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** An object as somebody writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

/** The suite's own hands in the cluster: those of whoever owns the kubeconfig, not kubemend's. */
export interface ClusterApi {
  send(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    options?: { body?: unknown; contentType?: string; as?: string },
  ): Promise<Answer>;
  get(of: Named): Promise<ApiObject | undefined>;
  list(apiVersion: string, kind: string, namespace: string, labelSelector?: string): Promise<readonly ApiObject[]>;
  /** Server-side apply. @throws with the server's words when it is refused */
  apply(object: Manifest, options?: { dryRun?: boolean }): Promise<ApiObject>;
  /** A strategic merge patch, or a JSON patch when the body is a list. @throws */
  patch(of: Named, body: object): Promise<ApiObject>;
  replace(object: ApiObject): Promise<void>;
  /** Gone already is as good. */
  remove(of: Named): Promise<void>;
}

const timeoutMs = 40_000;
/**
 * The suite applies as a person does at the command line. Under a name of its own it would pass for a controller that puts its
 * fields back, and kubemend would rightly leave them alone.
 */
const fieldManager = "kubectl";

export const namedOf = (object: Pick<Manifest, "kind" | "metadata"> & { readonly apiVersion?: unknown }): Named => ({
  apiVersion: String(object.apiVersion),
  kind: object.kind,
  namespace: object.metadata.namespace,
  name: object.metadata.name,
});

/** @throws for kinds that the suite has no use for */
export function pathOf({ apiVersion, kind, namespace, name }: Omit<Named, "name"> & { name?: string }): string {
  const resource = resourceOfKind(apiVersion, kind);
  if (!resource) throw new Error(`the suite does not know ${apiVersion} ${kind}`);
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${namespace}` : "";
  return `${group}${scope}/${resource.name}${name ? `/${name}` : ""}`;
}

export function createClusterApi(kubeConfig: KubeConfig): ClusterApi {
  const server = (kubeConfig.getCurrentCluster()?.server ?? "").replace(/\/$/, "");
  const send: ClusterApi["send"] = async (method, path, { body, contentType = "application/json", as } = {}) => {
    const context = new RequestContext(`${server}${path}`, HttpMethod[method]);
    context.setHeaderParam("Accept", "application/json");
    if (as) context.setHeaderParam("Impersonate-User", as);
    if (body !== undefined) {
      context.setHeaderParam("Content-Type", contentType);
      context.setBody(JSON.stringify(body));
    }
    await kubeConfig.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    const sent = context.getBody();
    const response = await fetch(context.getUrl(), {
      method,
      headers: context.getHeaders(),
      signal: AbortSignal.timeout(timeoutMs),
      ...(typeof sent === "string" ? { body: sent } : {}),
      ...(dispatcher ? { dispatcher } : {}),
    });
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Words of a proxy or a kubelet; the status says enough.
    }
    return { status: response.status, text, body: parsed };
  };
  const done = (answer: Answer, what: string): ApiObject => {
    if (answer.status < 300) return answer.body as ApiObject;
    throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 400)}`);
  };
  const what = (verb: string, { kind, namespace, name }: Named) =>
    `${verb} ${kind} ${namespace ? `${namespace}/` : ""}${name}`;
  return {
    send,
    async get(of) {
      const answer = await send("GET", pathOf(of));
      return answer.status === 404 ? undefined : done(answer, what("read", of));
    },
    async list(apiVersion, kind, namespace, labelSelector) {
      const query = labelSelector ? `?labelSelector=${encodeURIComponent(labelSelector)}` : "";
      const answer = await send("GET", `${pathOf({ apiVersion, kind, namespace })}${query}`);
      const { items } = done(answer, `list ${kind}`) as unknown as { items: readonly ApiObject[] | null };
      return (items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    },
    async apply(object, { dryRun = false } = {}) {
      const of = namedOf(object);
      const query = `?fieldManager=${fieldManager}&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
      const contentType = "application/apply-patch+yaml";
      return done(await send("PATCH", `${pathOf(of)}${query}`, { body: object, contentType }), what("apply", of));
    },
    async patch(of, body) {
      const kind = Array.isArray(body) ? "json-patch" : "strategic-merge-patch";
      return done(
        await send("PATCH", pathOf(of), { body, contentType: `application/${kind}+json` }),
        what("patch", of),
      );
    },
    async replace(object) {
      const of = namedOf(object);
      done(await send("PUT", pathOf(of), { body: object }), what("replace", of));
    },
    async remove(of) {
      const answer = await send("DELETE", pathOf(of), { body: { propagationPolicy: "Background" } });
      if (answer.status !== 404) done(answer, what("delete", of));
    },
  };
}
