import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import { createKubernetesActor } from "../../src/adapters/kubernetes-actor/kubernetes-actor.ts";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createObjectTable, type ObjectTable, type Write } from "../../src/replay/api/object-table.ts";
import type { ProxyPort } from "../../src/replay/api/ports.ts";
import { resourceOfKind } from "../../src/replay/api/registry.ts";
import { startApiServer } from "../../src/replay/api/server.ts";
import { shopObjects } from "./shop-objects.ts";

export interface ActorCluster extends AsyncDisposable {
  readonly url: string;
  readonly table: ObjectTable;
  readonly actor: ActorPort;
  /** Every write that was stored, dry runs not among them. */
  readonly writes: Write[];
  /** The object as it is stored now. */
  get(kind: string, name: string, namespace?: string): KubeObject | undefined;
  /** All objects of the kinds that actions change. */
  all(): KubeObject[];
  /** Creates an object through the API, so that it gets its defaults. */
  create(object: object): Promise<KubeObject>;
  /** Changes an object as a controller or another person would. */
  edit(kind: string, name: string, change: (object: KubeObject) => object): void;
}

export function actorFor(url: string, timeoutMs = 20_000): ActorPort {
  const config = new KubeConfig();
  // Plain HTTP is refused by the library unless verification is off.
  config.loadFromClusterAndUser({ name: "test", server: url, skipTLSVerify: true }, { name: "test" });
  return createKubernetesActor({ config, timeoutMs });
}

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  ReplicaSet: "apps/v1",
  ControllerRevision: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  Role: "rbac.authorization.k8s.io/v1",
  ClusterRole: "rbac.authorization.k8s.io/v1",
  StorageClass: "storage.k8s.io/v1",
};

const kinds = [...Object.keys(apiVersions), "Service", "ConfigMap", "ResourceQuota", "Node", "PersistentVolumeClaim"];

function resourceFor(kind: string) {
  const resource = resourceOfKind(apiVersions[kind] ?? "v1", kind);
  if (!resource) throw new Error(`the API emulator does not serve ${kind}`);
  return resource;
}

/** An API server with a small shop in it, and the actor's client for it. Objects are defaulted as by the real server. */
export async function startActorCluster(options: { proxy?: ProxyPort; empty?: boolean } = {}): Promise<ActorCluster> {
  const writes: Write[] = [];
  const table = createObjectTable({ onWrite: (write) => writes.push(write) });
  const server = await startApiServer({ table, ...(options.proxy ? { proxy: options.proxy } : {}) });
  const namespaceOf = (kind: string, namespace: string) => (resourceFor(kind).namespaced ? namespace : "");
  const get = (kind: string, name: string, namespace = "shop") =>
    table.get(resourceFor(kind), namespaceOf(kind, namespace), name) as KubeObject | undefined;
  const all = () =>
    kinds.flatMap((kind) => [...(table.list(resourceFor(kind), "") as readonly unknown[])] as KubeObject[]);
  const create = async (object: object) => {
    const { kind, metadata, status } = object as {
      kind: string;
      metadata: { name: string; namespace?: string };
      status?: object;
    };
    const resource = resourceFor(kind);
    const group = resource.group === "" ? "/api/v1" : `/apis/${resource.group}/${resource.version}`;
    const scope = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
    const response = await fetch(`${server.url}${group}${scope}/${resource.name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(object),
    });
    if (!response.ok) throw new Error(`creating ${kind} ${metadata.name}: ${response.status} ${await response.text()}`);
    const made = (await response.json()) as KubeObject;
    // A status is the controllers' to write.
    if (status) edit(kind, made.metadata.name, (stored) => ({ ...stored, status }));
    return made;
  };
  const edit = (kind: string, name: string, change: (object: KubeObject) => object) => {
    const object = get(kind, name);
    if (!object) throw new Error(`no ${kind} ${name}`);
    table.put(resourceFor(kind), change(object) as never);
  };
  if (!options.empty) for (const object of shopObjects) await seed(object, create, get);
  writes.length = 0;
  return {
    url: server.url,
    table,
    actor: actorFor(server.url),
    writes,
    get,
    all,
    create,
    edit,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Owners are named in the fixtures; their uids are only known once they exist. */
async function seed(object: object, create: ActorCluster["create"], get: ActorCluster["get"]): Promise<void> {
  const { metadata } = object as { metadata: { ownerReferences?: { kind: string; name: string }[] } };
  const owners = metadata.ownerReferences?.map((owner) => ({
    ...owner,
    uid: get(owner.kind, owner.name)?.metadata.uid,
  }));
  await create(owners ? { ...object, metadata: { ...metadata, ownerReferences: owners } } : object);
}

/** An address at which nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
