import { describe, expect, test } from "vitest";
import { diagnoseByRules } from "../../../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";
import { apiTime, eventAbout, made } from "../../../support/cluster-work.ts";
import { minute, old, open, start } from "../../../support/everyday.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
const asked = (storage: string, status: object) =>
  made("v1", "PersistentVolumeClaim", "data", {
    meta: { creationTimestamp: apiTime(old) },
    spec: { resources: { requests: { storage } } },
    status: { phase: "Bound", capacity: { storage: "10Gi" }, ...status },
  });
const condition = (type: string, message: string) => ({
  conditions: [{ type, status: "True", message, lastTransitionTime: apiTime(start) }],
});
const warns = (about: { kind: string; name: string }, reason: string, message: string, count = 3) =>
  eventAbout(about, reason, message, { at: start + 2 * minute, firstAt: start, count });

function mounted() {
  const [made, set] = deployment({ app: "web" }) as [{ spec: { template: { spec: object } } }, object];
  const one = pod({ app: "web", at: old }) as { metadata: { name: string }; spec: object };
  const template = { ...made.spec.template, spec: { ...made.spec.template.spec, volumes } };
  return [{ ...made, spec: { ...made.spec, template } }, set, { ...one, spec: { ...one.spec, volumes } }] as const;
}

const claim = { kind: "PersistentVolumeClaim", name: "data" };
const web = { kind: "Pod", name: mounted()[2].metadata.name };
const refused = "rpc error: code = ResourceExhausted desc = volume limit of the project is reached";

describe("a claim that asks for more", () => {
  test.each<[string, object, ReturnType<typeof warns>[], readonly string[]]>([
    [
      "and whose driver refuses",
      asked("20Gi", condition("ControllerResizeError", refused)),
      [],
      ["VolumeResizeFailed"],
    ],
    [
      "and whose node cannot",
      asked("20Gi", condition("NodeResizeError", "resize2fs: exit 1")),
      [],
      ["VolumeResizeFailed"],
    ],
    [
      "and cannot have it at all",
      asked("20Gi", { allocatedResourceStatuses: { storage: "ControllerResizeInfeasible" } }),
      [],
      ["VolumeResizeFailed"],
    ],
    [
      "and of whose driver only events tell",
      asked("20Gi", {}),
      [warns(claim, "VolumeResizeFailed", refused)],
      ["VolumeResizeFailed"],
    ],
    [
      "and whose file system the kubelet cannot grow",
      asked("20Gi", condition("FileSystemResizePending", "")),
      [warns(web, "FileSystemResizeFailed", "MountVolume.NodeExpandVolume failed")],
      ["VolumeResizeFailed"],
    ],
    [
      "and whose driver grows no file system that is in use",
      asked("20Gi", condition("FileSystemResizePending", "Waiting for user to (re-)start a pod")),
      [],
      ["FileSystemResizePending"],
    ],
    ["and grows", asked("20Gi", condition("Resizing", "")), [], []],
    ["and has got it", asked("10Gi", {}), [warns(claim, "VolumeResizeFailed", refused)], []],
    ["and is asked for less again", asked("10Gi", condition("ControllerResizeError", refused)), [], []],
  ])("%s", (_title, object, events, want) => {
    const world = open();
    world.put(...mounted(), object);
    for (const event of events) world.event(event);
    world.run(4 * minute);
    expect(world.active().map(({ reason }) => reason)).toEqual(want);
  });

  test("one failure that the next attempt cures is none", () => {
    const world = open();
    world.put(...mounted(), asked("20Gi", {}));
    world.event(warns(claim, "VolumeResizeFailed", "the object has been modified", 1));
    world.run(30_000);
    expect(world.active()).toEqual([]);
  });

  test("a file system that waits for a pod that nobody runs is none", () => {
    const world = open();
    world.put(asked("20Gi", condition("FileSystemResizePending", "")));
    world.run(10 * minute);
    expect(world.active()).toEqual([]);
  });

  test.each([
    ["is not helped by a restart where the driver refuses", "ControllerResizeError", ["guide"]],
    ["gets it by a restart where its file system waits for one", "FileSystemResizePending", ["restart", "guide"]],
  ])("%s", (_title, type, actions) => {
    const world = open();
    world.put(...mounted(), asked("20Gi", condition(type, refused)));
    world.run(5 * minute);
    const [incident] = world.engine.incidents();
    if (!incident) throw new Error("no incident");
    const { diagnosis, recommendations } = diagnoseByRules({
      incident,
      observation: world.observation,
      now: world.now(),
      redact: createRedactor({ salt: "test" }).redact,
      version: 1,
    });
    const [first] = diagnosis.hypotheses;
    expect([first?.cause, first?.culprit.name]).toEqual(["volume-pending", "data"]);
    expect(recommendations.map(({ action }) => action)).toEqual(actions);
  });
});
