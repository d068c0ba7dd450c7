import { describe, expect, test } from "vitest";
import type { ConfigMap } from "../../../src/cluster/kinds/cluster.ts";
import { asKind } from "../../../src/cluster/kubernetes-types.ts";
import { isWholeValue, lightConfig, worthCarrying } from "../../../src/cluster/light-config.ts";
import { createObjectStore } from "../../../src/cluster/object-store.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { diffFields } from "../../../src/rca/gather/field-diff.ts";

const noon = Date.parse("2026-11-20T12:00:00Z");
const config = (data: Record<string, string>, name = "app", version = "1"): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop", uid: name, resourceVersion: version },
  data,
});
const light = (object: ConfigMap) => lightConfig(object, worthCarrying);
const file = (lines: number, changed = "") =>
  Array.from({ length: lines }, (_, i) => `setting_${i} = ${i === lines - 1 ? `last${changed}` : i}`).join("\n");
const ref = makeRef("ConfigMap", "shop", "app");
const fieldsOf = (before: ConfigMap, after: ConfigMap) => diffFields({ ...before }, { ...after });

describe("of a ConfigMap is kept", () => {
  test("all, where it is small: the object itself", () => {
    const small = config({ LEVEL: "info", "app.conf": file(100) });
    expect(light(small)).toBe(small);
    expect(isWholeValue(small, "LEVEL")).toBe(true);
  });

  test("the beginning of a large value, its length and a hash, by which any change of it is seen", () => {
    const [before, after] = [light(config({ big: file(20_000) })), light(config({ big: file(20_000, "!") }))];
    expect(before.data?.["big"]?.length).toBeLessThan(1_200);
    expect(before.data?.["big"]).toMatch(/^setting_0 = 0\n[\s\S]*\.\.\.\(\d+ bytes, sha256 [0-9a-f]{16}\)$/);
    expect(isWholeValue(before, "big")).toBe(false);
    expect(fieldsOf(before, after).map(({ name }) => name)).toEqual(["big"]);
    expect(fieldsOf(before, light(config({ big: file(20_000) })))).toEqual([]);
    expect(light(before)).toBe(before);
  });

  test("neither what is binary nor the copy that kubectl makes", () => {
    const lightened = light({
      ...config({ a: "b" }),
      binaryData: { logo: "A".repeat(400_000) },
      metadata: {
        ...config({}).metadata,
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "x".repeat(400_000), team: "shop" },
      },
    });
    expect(JSON.stringify(lightened).length).toBeLessThan(500);
    expect(lightened.metadata.annotations).toEqual({ team: "shop" });
    expect(Object.keys(lightened.binaryData ?? {})).toEqual(["logo"]);
  });

  test("every key, however odd its name and however many there are", () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key-${i}`, file(20)]));
    const lightened = light(config(Object.fromEntries([...Object.entries(many), ["__proto__", file(20_000)]])));
    expect(Object.keys(lightened.data ?? {})).toHaveLength(501);
    expect(JSON.stringify(lightened.data).length).toBeLessThan(80_000);
  });
});

describe("the ConfigMaps of a whole cluster", () => {
  test("take no more than their bound; what was cut is counted, and its changes are seen", () => {
    const store = createObjectStore({ maxConfigChars: 100_000 });
    for (let i = 0; i < 300; i++) store.apply("ADDED", light(config({ conf: file(300, `${i}`) }, `c${i}`)), noon);
    expect(store.configChars).toBeLessThan(150_000);
    expect(store.dropped.values).toBeGreaterThan(200);
    const last = makeRef("ConfigMap", "shop", "c299");
    store.apply("MODIFIED", light(config({ conf: file(300, "299") }, "c299", "2")), noon + 1_000);
    expect(store.versions(last)).toHaveLength(1);
    store.apply("MODIFIED", light(config({ conf: file(300, "other") }, "c299", "3")), noon + 2_000);
    expect(store.versions(last)).toHaveLength(2);
  });

  test("make room again when they go", () => {
    const store = createObjectStore({ maxConfigChars: 100_000, maxDeleted: 1 });
    for (let i = 0; i < 40; i++) {
      store.apply("ADDED", config({ conf: file(100) }, `c${i}`), noon + i);
      store.apply("DELETED", config({ conf: file(100) }, `c${i}`), noon + i);
    }
    expect(store.configChars).toBeLessThan(5_000);
    store.apply("ADDED", config({ conf: file(100) }), noon + 100);
    expect(isWholeValue(store.find(ref)?.object, "conf")).toBe(true);
  });

  test("share what did not change between versions, and remember what it was", () => {
    const store = createObjectStore();
    for (let i = 0; i < 10; i++)
      store.apply(i === 0 ? "ADDED" : "MODIFIED", config({ conf: file(300), LEVEL: `${i}` }, "app", `${i}`), noon + i);
    expect(store.versions(ref)).toHaveLength(10);
    expect(store.configChars).toBeLessThan(2 * file(300).length);
    expect(asKind(store.versions(ref)[3]?.object, "ConfigMap")?.data?.["LEVEL"]).toBe("3");
  });
});

describe("a change of a file", () => {
  test("is told by the lines that differ", () => {
    const [change] = fieldsOf(
      config({ "nginx.conf": `${file(50)}\nworker_connections 1024;\n${file(50)}` }),
      config({ "nginx.conf": `${file(50)}\nworker_connections 16;\n${file(50)}` }),
    );
    expect([change?.before, change?.after]).toEqual(["worker_connections 1024;", "worker_connections 16;"]);
  });

  test("that only adds lines says that there was none", () => {
    const [change] = fieldsOf(config({ f: "a\nb" }), config({ f: "a\nx = 1\nb" }));
    expect([change?.before, change?.after]).toEqual(["(no such line)", "x = 1"]);
  });

  test("of one long line is shown from where it differs", () => {
    const [change] = fieldsOf(config({ f: `${"a".repeat(3_000)}1` }), config({ f: `${"a".repeat(3_000)}2` }));
    expect([change?.before, change?.after]).toEqual([`…${"a".repeat(40)}1`, `…${"a".repeat(40)}2`]);
  });
});
