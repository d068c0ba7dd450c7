import { afterEach, expect, test } from "vitest";
import type { AdmissionRequest } from "../../../../src/replay/api/call.ts";
import type { JsonObject } from "../../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";
import { reviewOf } from "../../../support/api-server/admission-review.ts";
import { policyAdmission } from "../../../support/api-server/policy-admission.ts";
import { createCel } from "../../../support/cel.ts";

// What Kubernetes' Go types and strategies do to objects before admission sees them; each of these was a legitimate write
// that a policy refused on a real API server and let through here.

let server: ApiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start() {
  const reviews: ReturnType<typeof reviewOf>[] = [];
  const table = createObjectTable({});
  const judge = policyAdmission(table, createCel());
  const admit = (request: AdmissionRequest) => {
    reviews.push(structuredClone(reviewOf(request)));
    return judge(request);
  };
  server = await startApiServer({ table, admit });
  const { url } = server;
  const send = async (method: string, path: string, body?: JsonObject) => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": type },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = (await response.json()) as JsonObject & { metadata: { annotations?: JsonObject } };
    expect(response.status, JSON.stringify(answer)).toBeLessThan(300);
    return answer;
  };
  return { table, send, reviews };
}

const pod = { containers: [{ name: "c", image: "registry.local/c:1" }] };
const workload = (kind: string): JsonObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web" },
  spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec: pod } },
});
const apps = "/apis/apps/v1/namespaces/default";

test("a scale to nothing has no replicas", async () => {
  const { send, reviews } = await start();
  await send("POST", `${apps}/deployments`, workload("Deployment"));
  const { spec } = await send("PATCH", `${apps}/deployments/web/scale`, { spec: { replicas: 0 } });
  expect(spec).toEqual({});
  expect(reviews.at(-1)).toMatchObject({ kind: { group: "autoscaling", kind: "Scale" }, object: { spec: {} } });
});

test("the server counts the templates of a DaemonSet, and nobody else does", async () => {
  const { send, reviews } = await start();
  const count = ({ metadata }: { metadata: { annotations?: JsonObject } }) =>
    metadata.annotations?.["deprecated.daemonset.template.generation"];
  expect(count(await send("POST", `${apps}/daemonsets`, workload("DaemonSet")))).toBe("1");
  const forged = { metadata: { annotations: { "deprecated.daemonset.template.generation": "7", note: "x" } } };
  expect(count(await send("PATCH", `${apps}/daemonsets/web`, forged))).toBe("1");
  const restart = { spec: { template: { metadata: { annotations: { at: "now" } } } } };
  expect(count(await send("PATCH", `${apps}/daemonsets/web`, restart))).toBe("2");
  expect(reviews.at(-1)?.object).toMatchObject({
    metadata: { annotations: { "deprecated.daemonset.template.generation": "2", note: "x" } },
  });
});

test("a role without rules says null", async () => {
  const { table, send, reviews } = await start();
  const apiVersion = "rbac.authorization.k8s.io/v1";
  table.apply({ type: "ADDED", object: { apiVersion, kind: "ClusterRole", metadata: { name: "none" }, rules: [] } });
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
  await send("PATCH", `/apis/${apiVersion}/clusterroles/none`, { rules });
  expect(reviews.at(-1)).toMatchObject({ oldObject: { rules: null }, object: { rules } });
});

test("options of a connection are no object with a name", async () => {
  const { send, reviews } = await start();
  await send("POST", "/api/v1/namespaces/default/pods", { metadata: { name: "web" }, spec: pod });
  await fetch(`${server?.url}/api/v1/namespaces/default/pods/web:80/proxy/heal`, { method: "POST" });
  expect(reviews.at(-1)).toMatchObject({ operation: "CONNECT", subResource: "proxy", name: "web:80", oldObject: null });
  expect(reviews.at(-1)?.object).toEqual({ apiVersion: "v1", kind: "PodProxyOptions" });
});
