import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { findProgram } from "../../support/prometheus-server.ts";

const monitoring = join(import.meta.dirname, "../../../k8s/monitoring");
const rules = join(monitoring, "prometheus-rules.yaml");
const promtool = await findProgram("promtool");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-rules-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): string {
  return execFileSync(promtool ?? "promtool", args, { encoding: "utf8", stdio: "pipe" });
}

interface Case {
  readonly alert: string;
  readonly when: string;
  /** Samples once a minute, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  readonly fires: boolean;
}

const ticks = { 'kubemend_detection_ticks_total{cluster="a"}': "0+4x60" };

const cases: readonly Case[] = [
  { alert: "KubemendDown", when: "no watcher is scraped", series: {}, at: "5m", fires: true },
  { alert: "KubemendDown", when: "one is", series: ticks, at: "5m", fires: false },
  {
    alert: "KubemendNotDetecting",
    when: "ticks stand still",
    series: { 'kubemend_detection_ticks_total{cluster="a"}': "7+0x60" },
    at: "10m",
    fires: true,
  },
  { alert: "KubemendNotDetecting", when: "they go on", series: ticks, at: "10m", fires: false },
  {
    alert: "KubemendNotDetecting",
    when: "the watcher that holds the cluster stands still beside one that stands by",
    series: {
      'kubemend_detection_ticks_total{cluster="a",pod="x"}': "7+0x60",
      'kubemend_detection_ticks_total{cluster="a",pod="y"}': "0+4x60",
    },
    at: "10m",
    fires: true,
  },
  {
    alert: "KubemendNotDetecting",
    when: "one watcher has ended and another one goes on",
    series: {
      'kubemend_detection_ticks_total{cluster="a",pod="x"}': "0+4x10 stale",
      'kubemend_detection_ticks_total{cluster="a",pod="y"}': "0+4x60",
    },
    at: "16m",
    fires: false,
  },
  {
    alert: "KubemendBlind",
    when: "a source is blind for longer than two minutes",
    series: { 'kubemend_blind_sources{cluster="a"}': "0 1 1 1 1 1" },
    at: "5m",
    fires: true,
  },
  {
    alert: "KubemendBlind",
    when: "it comes back at once",
    series: { 'kubemend_blind_sources{cluster="a"}': "0 1 0 0 0 0" },
    at: "5m",
    fires: false,
  },
  {
    alert: "KubemendApiRefuses",
    when: "the role was taken away",
    series: { 'kubemend_watches_down{cluster="a",resource="pods",status="403",essential="true"}': "0 1 1 1 1 1" },
    at: "5m",
    fires: true,
  },
  {
    alert: "KubemendApiRefuses",
    when: "a kind that may be missing is forbidden",
    series: { 'kubemend_watches_down{cluster="a",resource="ingresses",status="403",essential="false"}': "1x10" },
    at: "5m",
    fires: false,
  },
  {
    alert: "KubemendDatabaseDown",
    when: "the watcher that holds the cluster cannot write, and one that stands by reaches it",
    series: {
      'kubemend_database_up{cluster="a",pod="x"}': "0x60",
      'kubemend_database_up{cluster="a",pod="y"}': "1x60",
    },
    at: "5m",
    fires: true,
  },
  {
    alert: "KubemendDatabaseDown",
    when: "all reach it again, and one that did not has ended",
    series: {
      'kubemend_database_up{cluster="a",pod="x"}': "0x3 stale",
      'kubemend_database_up{cluster="a",pod="y"}': "1x60",
    },
    at: "10m",
    fires: false,
  },
  ...[
    { when: "two watchers tell of the same two fixes", count: 2, fires: false },
    { when: "four fixes of a day did not help", count: 4, fires: true },
  ].map(({ when, count, fires }) => ({
    alert: "KubemendFixesDoNotHelp",
    when,
    series: Object.fromEntries(
      ["x", "y"].map((pod) => [
        `kubemend_verifications_total{cluster="a",pod="${pod}",verdict="worse"}`,
        `0x30 ${count}x60`,
      ]),
    ),
    at: "50m",
    fires,
  })),
  {
    alert: "KubemendSlackRefuses",
    when: "a third of the requests is refused",
    series: {
      'kubemend_slack_requests_total{cluster="a",outcome="ok"}': "0+20x60",
      'kubemend_slack_requests_total{cluster="a",outcome="channel_not_found"}': "0+10x60",
    },
    at: "30m",
    fires: true,
  },
  {
    alert: "KubemendSlackRefuses",
    when: "hardly any is",
    series: {
      'kubemend_slack_requests_total{cluster="a",outcome="ok"}': "0+99x60",
      'kubemend_slack_requests_total{cluster="a",outcome="ratelimited"}': "0+1x60",
    },
    at: "30m",
    fires: false,
  },
  {
    alert: "KubemendAuditTakenBack",
    when: "an entry is gone that was there",
    series: { 'kubemend_audit_taken_back_total{cluster="a"}': "0x30 1x60" },
    at: "45m",
    fires: true,
  },
  {
    alert: "KubemendAuditTakenBack",
    when: "none is",
    series: { 'kubemend_audit_taken_back_total{cluster="a"}': "0x60" },
    at: "45m",
    fires: false,
  },
  {
    alert: "KubemendJobsWait",
    when: "plans wait for an actor that is not there",
    series: { 'kubemend_jobs{cluster="a",queue="plan-fixes",state="created"}': "60x60" },
    at: "15m",
    fires: true,
  },
];

describe.skipIf(promtool === undefined)("the real promtool", () => {
  test("takes the rules", () => {
    expect(run("check", "rules", rules)).toMatch(/SUCCESS: \d+ rules found/);
  });

  test("takes every query of the dashboard", () => {
    const dashboard = JSON.parse(readFileSync(join(monitoring, "grafana-dashboard.json"), "utf8")) as {
      panels: { targets: { expr: string }[] }[];
    };
    const queries = dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(10);
    // Grafana puts its own durations and choices in.
    const plain = queries.map((query) =>
      query.replaceAll(/\$__rate_interval|\$__interval/g, "5m").replaceAll(/\$\w+/g, "x"),
    );
    const path = join(folder, "dashboard.yaml");
    writeFileSync(
      path,
      stringify({
        groups: [{ name: "dashboard", rules: plain.map((expr, i) => ({ record: `panel:${i}`, expr })) }],
      }),
    );
    expect(run("check", "rules", path)).toContain(`SUCCESS: ${plain.length} rules found`);
  });

  test.each(cases)("$alert when $when: $fires", ({ alert, series, at, fires }) => {
    const path = join(folder, "test.yaml");
    const one = {
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: [] }],
    };
    writeFileSync(path, stringify({ rule_files: [rules], evaluation_interval: "30s", tests: [one] }));
    const quiet = () => run("test", "rules", path);
    // Nothing is expected: an alert that fires is what promtool complains of.
    if (fires)
      expect(quiet).toThrow(new RegExp(`alertname: ${alert}, time: ${at},\\s+exp:\\[\\s*\\],\\s+got:\\[\\s*0:`));
    else expect(quiet()).toContain("SUCCESS");
  });
});
