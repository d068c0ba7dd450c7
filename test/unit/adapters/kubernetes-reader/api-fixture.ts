import { KubeConfig } from "@kubernetes/client-node";
import { createObjectTable, type ObjectTable } from "../../../../src/replay/api/object-table.ts";
import type { LogPort } from "../../../../src/replay/api/ports.ts";
import { type Resource, resources } from "../../../../src/replay/api/registry.ts";
import { startApiServer } from "../../../../src/replay/api/server.ts";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";

export interface ApiFixture {
  readonly table: ObjectTable;
  readonly proxy: FaultyProxy;
  readonly kubeconfig: KubeConfig;
  put(kind: string, name: string, change?: Readonly<Record<string, unknown>>): void;
  remove(kind: string, name: string): void;
  names(kind: string): string[];
  close(): Promise<void>;
}

export function kubeconfigFor(url: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "test", server: url, skipTLSVerify: true }],
    users: [{ name: "test" }],
    contexts: [{ name: "test", cluster: "test", user: "test" }],
    currentContext: "test",
  });
  return config;
}

/** An emulated API server behind a proxy that breaks what it is told to. */
export async function startApiFixture(options: { logs?: LogPort } = {}): Promise<ApiFixture> {
  const table = createObjectTable();
  const server = await startApiServer({ table, ...(options.logs && { logs: options.logs }) });
  const proxy = await startFaultyProxy(server.url);
  const resourceOf = (kind: string): Resource => {
    const found = resources.find((resource) => resource.kind === kind && resource.viewOf === undefined);
    if (found === undefined) throw new Error(`no resource for ${kind}`);
    return found;
  };
  return {
    table,
    proxy,
    kubeconfig: kubeconfigFor(proxy.url),
    put(kind, name, change = {}) {
      const resource = resourceOf(kind);
      const known = table.get(resource, "shop", name);
      const group = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
      const metadata = known?.metadata ?? { name, namespace: "shop", uid: crypto.randomUUID(), resourceVersion: "" };
      table.put(resource, { apiVersion: group, kind, ...known, ...change, metadata });
    },
    remove: (kind, name) => void table.remove(resourceOf(kind), "shop", name),
    names: (kind) => table.list(resourceOf(kind), "shop").map(({ metadata }) => metadata.name),
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}
