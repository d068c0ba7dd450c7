import { type ObjectRef, sameRef } from "../incident/object-ref.ts";
import type { Topology } from "./topology.ts";

const address = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;

type Far = ReturnType<Topology["resolveHost"]>;

/**
 * What a host means that a workload names in a line about a failed call, without those that call the workload: a server names
 * the pod of a client that it refused or lost, and that is no call back.
 */
export function farSideOf(host: string, from: ObjectRef, topology: Topology): Far & { readonly client: boolean } {
  const far = topology.resolveHost(from.namespace, host);
  if (far.service) return { ...far, client: false };
  const workloads = far.workloads.filter((ref) => !isClient(ref, from, topology));
  return { workloads, client: workloads.length < far.workloads.length };
}

const isClient = (ref: ObjectRef, server: ObjectRef, { dependenciesOf }: Topology): boolean =>
  dependenciesOf(ref, 1).some((one) => sameRef(one, server));

/**
 * Callers of a workload whose pods a line of its log names by their address: a server tells so whom it refused, or who hung up.
 * @param topology asked only where the text has an address in it
 */
export function namedClients(text: string, server: ObjectRef, topology: () => Topology): readonly ObjectRef[] {
  const hosts = text.match(address);
  if (!hosts) return [];
  const known = topology();
  return hosts
    .map((host) => known.resolveHost(server.namespace, host))
    .flatMap(({ service, workloads }) => (service ? [] : workloads))
    .filter((ref) => isClient(ref, server, known));
}
