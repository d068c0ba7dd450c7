import { describe, expect, test } from "vitest";
import { watchedKinds } from "../../../../src/adapters/kubernetes-reader/kinds.ts";
import type { KubeEvent, KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { sampleBatch } from "../../../../src/detection/collect/capture-samples.ts";
import type { DetectorFactory } from "../../../../src/detection/detector.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { detectorFactories } from "../../../../src/detection/engine/registry.ts";
import { hygieneChecks } from "../../../../src/detection/hygiene/hygiene-findings.ts";
import { topologyRisks } from "../../../../src/detection/hygiene/topology-risk.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";
import { eventsOfEveryTrouble, objectsOfEveryKind } from "../../../support/every-kind.ts";
import { promised } from "../../../support/promise-figure.ts";

/**
 * Whoever writes objects by hand, an old API server, an operator with a version of its own: any part of an object may be
 * missing, or be null. A check that throws over one object is blind to all others.
 */
const rounds = promised(200, 8);
const start = Date.parse("2026-11-20T22:00:00Z");
const objects = objectsOfEveryKind();
const events = eventsOfEveryTrouble();
/** Without a name there is no object. */
const kept: ReadonlySet<string> = new Set(["apiVersion", "kind", "name", "uid", "namespace", "resourceVersion"]);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A copy in which each part is left out, or null, or empty, by chance. */
function withHoles(value: Json, share: number, random: () => number, path: readonly string[] = []): Json {
  if (Array.isArray(value)) {
    return value.filter(() => random() >= share).map((one) => withHoles(one, share, random, [...path, "[]"]));
  }
  if (typeof value !== "object" || value === null) return value;
  const result: { [key: string]: Json } = {};
  for (const [key, part] of Object.entries(value)) {
    const identity =
      path.length === 0 ? key === "metadata" || kept.has(key) : path.join() === "metadata" && kept.has(key);
    if (!identity && random() < share) {
      const dice = random();
      if (dice < 0.15) result[key] = null;
      else if (dice < 0.3 && typeof part === "object" && part !== null) result[key] = Array.isArray(part) ? [] : {};
      continue;
    }
    result[key] = withHoles(part, share, random, [...path, key]);
  }
  return result;
}

test("there are objects of every kind that is watched", () => {
  const have = new Set(objects.map(({ kind }) => kind));
  expect(watchedKinds.map(({ kind }) => kind).filter((kind) => !have.has(kind))).toEqual([]);
});

function tell(share: number, seed: number): { readonly thrown: readonly string[]; readonly findings: number } {
  const random = seededRandom(seed);
  const thrown: string[] = [];
  let findings = 0;
  const place = (error: unknown) =>
    error instanceof Error ? (error.stack ?? "").split("\n").slice(0, 3).join(" ") : String(error);
  const watched = detectorFactories.map(
    (make): DetectorFactory =>
      () => {
        const detector = make();
        return {
          ...detector,
          *detect(context) {
            try {
              for (const finding of detector.detect(context)) {
                findings++;
                yield finding;
              }
            } catch (error) {
              thrown.push(`${detector.name}: ${place(error)}`);
            }
          },
        };
      },
  );
  const observation = createObservation({ cluster: "test" });
  let ids = 0;
  const engine = createDetectionEngine({
    observation,
    nextId: () => String(++ids),
    learnMs: 10_000,
    tickMs: 5_000,
    detectors: watched,
  });
  const attempt = (name: string, work: () => unknown) => {
    try {
      work();
    } catch (error) {
      thrown.push(`${name}: ${place(error)}`);
    }
  };
  for (let i = 0; i < 4; i++) {
    const now = start + i * 60_000;
    for (const object of objects) {
      const holey = withHoles(object as unknown as Json, share, random) as unknown as KubeObject;
      attempt("ingest", () => engine.ingest({ type: "object", at: now, change: "MODIFIED", object: holey }));
    }
    for (const event of events) {
      const holey = withHoles(event as unknown as Json, share, random) as unknown as KubeEvent;
      attempt("event", () => engine.ingest({ type: "event", at: now, event: holey }));
    }
    attempt("tick", () => engine.tick(now));
    for (const check of hygieneChecks) attempt(`hygiene ${check.name}`, () => [...check(observation, now)]);
    attempt("risks", () => topologyRisks(observation));
    attempt("samples", () => sampleBatch({ observation, active: [], incidents: [], at: now, freshMs: 60_000 }));
  }
  return { thrown, findings };
}

describe("no check throws over an object with parts missing", () => {
  test.each([0.01, 0.05, 0.2, 0.5])("each with a chance of %d", (share) => {
    const thrown = new Set<string>();
    let findings = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const told = tell(share, seed);
      for (const one of told.thrown) thrown.add(one);
      findings += told.findings;
    }
    expect([...thrown].slice(0, 40)).toEqual([]);
    // They had something to look at.
    if (share < 0.1) expect(findings).toBeGreaterThan(20 * rounds);
  });
});

test("what lacks the parts of its kind is left out and counted, and what was known of it stays", () => {
  const observation = createObservation({ cluster: "test" });
  const engine = createDetectionEngine({ observation, nextId: () => "1", tickMs: 5_000 });
  const put = (object: object) =>
    engine.ingest({ type: "object", at: start, change: "MODIFIED", object: object as KubeObject });
  const metadata = { name: "web", namespace: "shop", uid: "1" };
  const template = { metadata: { creationTimestamp: null }, spec: { containers: [{ name: "web", args: null }] } };
  put({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template } });
  put({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: null });
  put({ apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec: { template } });
  put({ apiVersion: "example.org/v1", kind: "Anything", metadata });
  expect(engine.stats.objectsMalformed).toBe(2);
  // null is the same as nothing.
  const known = observation.objects.get("Deployment", "shop", "web");
  expect(known?.spec).toEqual({ template: { metadata: {}, spec: { containers: [{ name: "web" }] } } });
});
