import { expect, test } from "vitest";
import { familyOf, familyQuery } from "../../../../src/detection/collect/prometheus/family-queries.ts";
import { createPrometheusPoints } from "../../../../src/detection/collect/prometheus/prometheus-points.ts";
import type { QueryScope } from "../../../../src/detection/collect/prometheus/query-scope.ts";

const labels = { namespace: "namespace", pod: "pod" };
const scope: QueryScope = { windowSeconds: 60, intervalSeconds: 15, namespaces: ["shop"], labels };
const at = Date.parse("2026-11-20T12:00:00Z");

test("volumes and file descriptors of a Prometheus become shares of what there is, of bytes or inodes", () => {
  const names = [
    "kubelet_volume_stats_capacity_bytes",
    "kubelet_volume_stats_inodes",
    "kubelet_volume_stats_inodes_free",
    "kubelet_volume_stats_inodes_used",
    "kubelet_volume_stats_used_bytes",
    "process_max_fds",
    "process_open_fds",
  ];
  const families = names.flatMap((name) => familyOf(name) ?? []);
  expect(families.map(({ metric, kind }) => `${kind} ${metric}`)).toEqual([
    "volume kubelet_volume_stats_capacity_bytes",
    "volume kubelet_volume_stats_inodes",
    "volume kubelet_volume_stats_inodes_used",
    "volume kubelet_volume_stats_used_bytes",
    "gauge process_max_fds",
    "gauge process_open_fds",
  ]);
  const claim = { namespace: "shop", persistentvolumeclaim: "data" };
  const web = { namespace: "shop", pod: "web-a1-x1" };
  const values = [
    [claim, 10_000],
    [claim, 500],
    [claim, 450],
    [claim, 8_000],
    [web, 1_000],
    [web, 250],
  ] as const;
  const points = createPrometheusPoints({
    labels,
    windowSeconds: 60,
    workloadOf: () => ({ workload: "web", createdAt: 0 }),
  }).take(
    families.map((family, i) => ({
      query: familyQuery(family, scope),
      result: [{ labels: values[i]?.[0] ?? {}, value: values[i]?.[1] ?? Number.NaN }],
    })),
    at,
  );
  expect(points).toEqual([
    { name: "volume_used_ratio", labels: { namespace: "shop", claim: "data" }, at, value: 0.9 },
    { name: "open_fds_ratio", labels: { namespace: "shop", workload: "web", pod: "web-a1-x1" }, at, value: 0.25 },
  ]);
});

test("the newest value of a claim is asked for, in the namespaces that are watched", () => {
  const family = familyOf("kubelet_volume_stats_used_bytes");
  expect(family && familyQuery(family, scope).expr).toContain(
    'kubelet_volume_stats_used_bytes{persistentvolumeclaim!="",namespace=~"shop"}',
  );
});
