import { describe, expect, test } from "vitest";
import { growForest, meanPath } from "../../../../src/detection/metrics/isolation-forest/isolation-forest.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

/** `count` points around the origin in `dimensions`, each coordinate roughly normal. */
function cloud(count: number, dimensions: number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * dimensions }, () => random() + random() + random() + random() - 2);
}

describe("isolation forest", () => {
  test("mean path lengths are those of the paper", () => {
    expect(meanPath(1)).toBe(0);
    expect(meanPath(2)).toBe(1);
    expect(meanPath(256)).toBeCloseTo(10.244, 2);
  });

  test("a far point is isolated, one in the middle is not, and the farther the more", () => {
    const forest = growForest(cloud(1_000, 4), 1_000, 4);
    const at = (x: number) => forest.score(Float32Array.of(x, x, 0, 0));
    expect(at(0)).toBeLessThan(0.5);
    expect(at(6)).toBeGreaterThan(0.58);
    expect(at(6)).toBeGreaterThan(at(2));
    expect(at(2)).toBeGreaterThan(at(0));
  });

  test("ranks planted outliers above nearly all ordinary points", () => {
    const points = cloud(2_000, 6);
    const forest = growForest(points, 2_000, 6);
    const ordinary = Array.from({ length: 2_000 }, (_, i) => forest.score(points, i * 6)).sort((a, b) => a - b);
    const limit = ordinary[Math.floor(0.99 * ordinary.length)] ?? 1;
    const random = seededRandom(5);
    for (let i = 0; i < 50; i++) {
      const odd = Float32Array.from({ length: 6 }, (_, d) => (d === i % 6 || d === (i + 1) % 6 ? 4 + random() : 0));
      expect(forest.score(odd)).toBeGreaterThan(limit);
    }
  });

  test("equal seeds give equal forests, others do not", () => {
    const points = cloud(500, 3);
    const probe = Float32Array.of(1, -1, 2);
    const score = (seed: number) => growForest(points, 500, 3, { seed }).score(probe);
    expect(score(7)).toBe(score(7));
    expect(score(7)).not.toBe(score(8));
  });

  test("points that are all equal, few points and one point give scores between 0 and 1", () => {
    for (const [points, count] of [
      [new Float32Array(300), 100],
      [cloud(3, 3), 3],
      [cloud(1, 3), 1],
    ] as const) {
      const score = growForest(points, count, 3).score(Float32Array.of(9, 9, 9));
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
  });

  test("a dimension in which nothing differs is never cut", () => {
    const points = cloud(400, 2);
    for (let i = 0; i < 400; i++) points[2 * i + 1] = 5;
    const forest = growForest(points, 400, 2);
    expect(forest.score(Float32Array.of(0, 5))).toBe(forest.score(Float32Array.of(0, -100)));
  });
});
