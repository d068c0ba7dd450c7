import { describe, expect, it } from "vitest";
import { actionCodes } from "../../../src/incident/action-code.ts";
import { kubectlCommand, shellQuote } from "../../../src/incident/fix/kubectl-command.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const carts = makeRef("Deployment", "shop", "carts");
const node = makeRef("Node", undefined, "node-1");

describe("kubectl commands", () => {
  it.each([
    ["rollback-deployment", carts, {}, "kubectl -n shop rollout undo deployment/carts"],
    ["rollback-deployment", carts, { toRevision: 3 }, "kubectl -n shop rollout undo deployment/carts --to-revision=3"],
    ["restart", carts, {}, "kubectl -n shop rollout restart deployment/carts"],
    ["scale", carts, { replicas: 1 }, "kubectl -n shop scale deployment/carts --replicas=1"],
    [
      "patch-resources",
      carts,
      { container: "carts", limits: { memory: "128Mi" } },
      `kubectl -n shop patch deployment/carts -p '{"spec":{"template":{"spec":{"containers":[{"name":"carts","resources":{"limits":{"memory":"128Mi"}}}]}}}}'`,
    ],
    [
      "patch-probe",
      carts,
      { container: "carts", probe: "liveness", value: null },
      `kubectl -n shop patch deployment/carts -p '{"spec":{"template":{"spec":{"containers":[{"name":"carts","livenessProbe":null}]}}}}'`,
    ],
    [
      "set-image",
      carts,
      { container: "carts", image: "r/carts:1" },
      "kubectl -n shop set image deployment/carts carts=r/carts:1",
    ],
    [
      "set-env",
      carts,
      { container: "carts", name: "A", value: "it's; rm -rf /" },
      `kubectl -n shop set env deployment/carts -c carts 'A=it'\\''s; rm -rf /'`,
    ],
    [
      "set-env",
      carts,
      { container: "carts", name: "A", value: null },
      "kubectl -n shop set env deployment/carts -c carts A-",
    ],
    [
      "set-env",
      carts,
      { container: "carts", name: "A" },
      "kubectl -n shop set env deployment/carts -c carts A=<value>",
    ],
    [
      "patch-config",
      makeRef("ConfigMap", "shop", "c"),
      { key: "URL", value: "http://db" },
      `kubectl -n shop patch configmap/c --type merge -p '{"data":{"URL":"http://db"}}'`,
    ],
    [
      "patch-config",
      makeRef("ConfigMap", "shop", "c"),
      { key: "SIZE", value: "8", restart: ["carts", "statefulset/db"] },
      `kubectl -n shop patch configmap/c --type merge -p '{"data":{"SIZE":"8"}}' && kubectl -n shop rollout restart deployment/carts && kubectl -n shop rollout restart statefulset/db`,
    ],
    [
      "patch-selector",
      makeRef("Service", "shop", "carts"),
      { selector: { app: "carts" } },
      `kubectl -n shop patch service/carts --type json -p '[{"op":"replace","path":"/spec/selector","value":{"app":"carts"}}]'`,
    ],
    [
      "patch-service-port",
      makeRef("Service", "shop", "carts"),
      { port: 80, targetPort: 8080 },
      `kubectl -n shop patch service/carts -p '{"spec":{"ports":[{"port":80,"targetPort":8080}]}}'`,
    ],
    ["uncordon", node, {}, "kubectl uncordon node-1"],
    [
      "set-env",
      makeRef("CronJob", "shop", "sync"),
      { container: "sync", name: "A", value: "b" },
      "kubectl -n shop set env cronjob/sync -c sync A=b",
    ],
    ["guide", carts, { steps: ["look"] }, "# no single command: see the steps"],
  ] as const)("%s", (action, target, params, want) => expect(kubectlCommand(action, target, params)).toBe(want));

  it("every action has a command or says that it has none", () => {
    for (const action of actionCodes)
      expect(
        kubectlCommand(action, carts, { container: "c", steps: [], hard: {}, rules: [], selector: {}, patch: {} }),
      ).toMatch(/^(kubectl|#) /);
  });

  it.each([
    ["plain", "plain"],
    ["a b", "'a b'"],
    ["$(x)", "'$(x)'"],
    ["it's", "'it'\\''s'"],
    ["", "''"],
    ["a\nb", "'a\nb'"],
  ])("quotes %j", (word, want) => expect(shellQuote(word)).toBe(want));
});
