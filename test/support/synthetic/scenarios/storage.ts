import type { Life } from "../kubelet.ts";
import type { Script, World } from "../world.ts";
import { type Scenario, setEnv, withTag } from "./scenario.ts";

const mib = 2 ** 20;
/** The runtime measures disks now and then, and tells the same until then. */
const measuredEveryMs = 10_000;

/** A release whose containers may use some local storage, and how much of it they do (MiB by minutes of life). */
function writes(app: string, version: string, limitMib: number, used: (minutes: number) => number): Script {
  const usage = (world: World, life: Life) => {
    const age = world.now() - life.startedAt;
    return used((Math.floor(age / measuredEveryMs) * measuredEveryMs) / 60_000) * mib;
  };
  return {
    inject(world) {
      world.switches.bend = (name, { life }, value) =>
        name === "container_fs_usage_bytes" && life?.app === app && life.image.endsWith(`:${version}`)
          ? usage(world, life)
          : value;
      world.every(1_000, () => {
        for (const life of world.kubelet.lives) {
          const ill = life.app === app && life.endedAt === undefined && life.image.endsWith(`:${version}`);
          if (ill && usage(world, life) > limitMib * mib)
            world.kubelet.evict(
              life.pod,
              `Container ${life.container} exceeded its local ephemeral storage limit "${limitMib}Mi". `,
            );
        }
        return true;
      });
      world.deploy(app, (_spec, container) => {
        container.image = withTag(container.image, version);
        const { limits, ...rest } = container.resources ?? {};
        container.resources = { ...rest, limits: { ...limits, "ephemeral-storage": `${limitMib}Mi` } };
        setEnv(container, "SPOOL", "/tmp/spool");
      });
    },
    fix: (world) => world.undo(app),
  };
}

const foreseen = (app: string, cause = "ephemeral-storage"): Scenario["expect"] => [
  {
    causes: [cause],
    culprits: [`Deployment/${app}`],
    fixes: ["rollback-deployment", "patch-resources", "set-env"].map((fix) => `${fix} Deployment/${app}`),
  },
];

export const storageScenarios: readonly Scenario[] = [
  {
    id: "local-storage-foreseen-orders",
    shop: "meadow",
    script: writes("orders", "2.5.0", 400, (minutes) => 40 + 60 * minutes),
    expect: foreseen("orders"),
  },
  {
    id: "local-storage-foreseen-payment",
    shop: "sock-shop",
    script: writes("payment", "3.2.0", 600, (minutes) => 120 + 75 * minutes),
    expect: foreseen("payment"),
  },
  {
    id: "local-storage-evicted-catalogue",
    shop: "sock-shop",
    script: writes("catalogue", "1.9.0", 128, (minutes) => 20 + 60 * minutes),
    expect: foreseen("catalogue"),
  },
  {
    id: "quiet-local-storage-steady",
    shop: "meadow",
    script: writes("orders", "2.5.0", 128, () => 90),
    expect: [],
  },
  {
    id: "quiet-local-storage-filled-once",
    shop: "sock-shop",
    script: writes("catalogue", "1.9.0", 256, (minutes) => 30 + 120 * Math.min(1, minutes / 2)),
    expect: [],
  },
];
