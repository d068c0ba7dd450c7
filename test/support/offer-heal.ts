import type { ActorCluster } from "./actor-cluster.ts";

/** From here on carts says where it can be asked to heal itself. */
export function offerHeal(cluster: Pick<ActorCluster, "edit">): void {
  cluster.edit("Deployment", "carts", (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        "kubemend.dev/heal-path": "/heal",
        "kubemend.dev/heal-port": "8080",
      },
    },
  }));
}
