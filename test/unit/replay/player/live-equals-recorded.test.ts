import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { lightConfig, worthCarrying } from "../../../../src/cluster/light-config.ts";
import type { Sample, Signal } from "../../../../src/cluster/signal.ts";
import { canonicalJson } from "../../../../src/lib/stable-hash.ts";
import { recordedSignals } from "../../../../src/replay/recording/recorded-signals.ts";
import { collectLive } from "./collect-live.ts";
import { recordingFolder } from "./played-world.ts";

/**
 * The heart of the replay: what the live sources collect over HTTP from a served recording is what the recording says.
 * KUBEMEND_RECORDINGS names a folder of more recordings to hold it against.
 */
const more = process.env["KUBEMEND_RECORDINGS"];
const folders =
  more === undefined
    ? ["sock-shop-01", "meadow-03"].map(recordingFolder)
    : readdirSync(more)
        .filter((name) => /-\d\d$/.test(name))
        .map((name) => join(more, name));

describe.each(folders)("%s, served and collected live", (folder) => {
  test(`gives the signals of the recording (${basename(folder)})`, { timeout: 180_000 }, async () => {
    const { recording, signals, dropped } = await collectLive(folder);
    const recorded = [...recordedSignals(recording)];

    expect(dropped).toBe(0);
    expect(finalObjects(signals)).toEqual(finalObjects(recorded));
    expect(finalEvents(signals)).toEqual(finalEvents(recorded));
    expect(linesByContainer(signals)).toEqual(linesByContainer(recorded));

    const [got, wanted] = [samplesBySeries(signals), samplesBySeries(recorded)];
    let same = 0;
    for (const [series, points] of got) {
      for (const [at, value] of points) {
        // No value and no time that was not recorded.
        if (wanted.get(series)?.get(at) !== value) expect({ series, at, value }).toEqual("recorded");
        same++;
      }
    }
    // All series; and nearly all samples: where two were recorded between two scrapes, the newer one is seen.
    expect([...wanted.keys()].filter((series) => (wanted.get(series)?.size ?? 0) > 3 && !got.has(series))).toEqual([]);
    const all = [...wanted.values()].reduce((sum, points) => sum + points.size, 0);
    expect(same / all).toBeGreaterThan(0.9);

    const sources = signals.flatMap((signal) => (signal.type === "source" ? [`${signal.source} ${signal.ok}`] : []));
    expect(sources.sort()).toEqual(["kubernetes-watch true", "logs true", "scrape:nodes true", "scrape:pods true"]);
  });
});

/** Secrets are not read, and ConfigMaps as far as they are worth carrying. resourceVersions are those of the table that serves. */
function finalObjects(signals: readonly Signal[]): Map<string, string> {
  const objects = new Map<string, string>();
  for (const signal of signals) {
    if (signal.type !== "object" || signal.object.kind === "Secret") continue;
    const { kind, metadata } = signal.object;
    const key = `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
    if (signal.change === "DELETED") objects.delete(key);
    else objects.set(key, comparable(lightConfig(signal.object, worthCarrying)));
  }
  return new Map([...objects].sort());
}

function comparable(object: KubeObject): string {
  const { resourceVersion: _v, ...metadata } = object.metadata;
  return canonicalJson({ ...object, metadata });
}

function finalEvents(signals: readonly Signal[]): Map<string, string> {
  const events = new Map<string, string>();
  for (const signal of signals)
    if (signal.type === "event") events.set(signal.event.metadata.uid, comparable(signal.event));
  return new Map([...events].sort());
}

function linesByContainer(signals: readonly Signal[]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const signal of signals) {
    if (signal.type !== "log") continue;
    const { pod, container, at, line } = signal.line;
    const key = `${pod}/${container}`;
    const list = lines.get(key) ?? [];
    lines.set(key, list);
    list.push(`${at} ${line}`);
  }
  return new Map([...lines].sort());
}

/** Series as text. `up` is our own, empty labels are none, and which address a kubelet has is not scraped. */
function samplesBySeries(signals: readonly Signal[]): Map<string, Map<number, number>> {
  const series = new Map<string, Map<number, number>>();
  const keys = new Map<Sample["series"], string>();
  for (const signal of signals) {
    if (signal.type !== "samples") continue;
    for (const sample of signal.samples) {
      if (sample.series.name === "up") continue;
      const key = keys.get(sample.series) ?? textOf(sample.series);
      keys.set(sample.series, key);
      const points = series.get(key) ?? new Map<number, number>();
      series.set(key, points);
      points.set(sample.at, sample.value);
    }
  }
  return series;
}

function textOf({ name, labels }: Sample["series"]): string {
  const shown = Object.entries(labels).filter(
    ([key, value]) => value !== "" && !(key === "instance" && labels["node"] !== undefined),
  );
  return `${name}${canonicalJson(Object.fromEntries(shown))}`;
}
