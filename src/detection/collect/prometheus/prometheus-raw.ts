import type { RawSeries, Sample } from "../../../cluster/signal.ts";
import { messageOf } from "../../../lib/app-error.ts";
import { rest } from "../../../lib/clock.ts";
import { callFamilyOf } from "../derive/call-conventions.ts";
import { inParallel } from "../in-parallel.ts";
import type { SourceContext } from "../source-context.ts";
import { familiesOf, familyOf } from "./family-queries.ts";
import { kubeletQueries } from "./kubelet-queries.ts";
import type { PrometheusReader } from "./prometheus.ts";
import { matchers, type OwnLabels, type PodLabels } from "./query-scope.ts";
import { intervalQuery, ofTargets } from "./server-queries.ts";

/** Series as a server keeps them: the samples of a stretch of time, as they were scraped. Throws AppError. */
export interface RawReader extends PrometheusReader {
  samples(
    selector: string,
    request: { at: number; overMs: number; signal?: AbortSignal; timeoutMs?: number },
  ): Promise<{
    readonly result: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly points: readonly { readonly at: number; readonly value: number }[];
    }[];
  }>;
}

export interface PrometheusRawOptions extends Pick<SourceContext, "clock" | "emit" | "signal" | "namespaces"> {
  readonly reader: RawReader;
  readonly intervalMs: number;
  /** What the server calls namespace and pod on the series of applications; told on as `namespace` and `pod`. */
  readonly labels: PodLabels;
  /** What all series of this cluster carry, where the server has those of several. */
  readonly matchers?: OwnLabels;
}

const namesEveryMs = 5 * 60_000;
const namesPerQuery = 15;
const maxNames = 400;
const maxSeries = 100_000;
const concurrency = 4;
const timeoutMs = 15_000;
/** Samples reach a server late, and those of the kubelet carry the times of their measurement. */
const longestDelayMs = 60_000;
/** What was missed while the server was away, beyond this, stays missing: an answer must stay one that can be held. */
const longestGapMs = 10 * 60_000;

/** How often the server scrapes (s); undefined when it cannot say. @throws AppError when it does not answer */
export async function scrapeSecondsOf(
  reader: PrometheusReader,
  at: number,
  own?: OwnLabels,
): Promise<number | undefined> {
  const seconds = (await reader.query(ofTargets(intervalQuery, own), { at, timeoutMs })).result[0]?.value ?? Number.NaN;
  return Number.isFinite(seconds) ? Math.min(300, Math.max(1, Math.round(seconds))) : undefined;
}

/** What is asked for: everything that detection would ask this server for, as it was scraped. Pure. */
export function rawSelectors(
  names: readonly string[],
  namespaces: readonly string[],
  { namespace }: PodLabels,
  cluster: OwnLabels = {},
): readonly string[] {
  const labels = { namespace, pod: "pod" };
  const scope = { windowSeconds: 60, intervalSeconds: 15, namespaces, labels, own: cluster };
  const ofKubelet = new Set(kubeletQueries(scope).map(({ metric }) => metric));
  const [nodes, pods] = [
    [...ofKubelet].filter((name) => name.startsWith("machine_")),
    [...ofKubelet].filter((name) => !name.startsWith("machine_")),
  ];
  const own = names.filter((name) => !ofKubelet.has(name) && name !== "up").slice(0, maxNames);
  const volumes = own.filter((name) => familyOf(name)?.kind === "volume");
  // Whoever tells of others' calls names them by labels of its own.
  const told = own.filter((name) => !volumes.includes(name) && !familyOf(name) && callFamilyOf(name));
  const apps = ["up", ...own.filter((name) => familyOf(name) && !volumes.includes(name))];
  const everywhere = { ...scope, namespaces: [] };
  const select = (list: readonly string[], within: typeof scope, label: string, ...more: readonly string[]) =>
    Array.from({ length: Math.ceil(list.length / namesPerQuery) }, (_, at) =>
      matchers(
        within,
        label,
        `__name__=~"${list.slice(at * namesPerQuery, (at + 1) * namesPerQuery).join("|")}"`,
        ...more,
      ),
    );
  return [
    ...select(pods, scope, "namespace", 'pod!=""'),
    ...select(pods, everywhere, "", 'id="/"'),
    ...select(nodes, everywhere, ""),
    ...select(volumes, scope, "namespace"),
    ...select(apps, scope, namespace),
    ...select(told, everywhere, ""),
  ];
}

/** Tells on the samples of a Prometheus as they were scraped, each once, in rounds until aborted. */
export async function prometheusRawSource(options: PrometheusRawOptions): Promise<void> {
  const { reader, clock, emit, signal, namespaces, intervalMs, labels } = options;
  const known = new Map<string, { readonly series: RawSeries; lastAt: number }>();
  let selectors: readonly string[] = [];
  let namesAt = Number.NEGATIVE_INFINITY;
  let since = clock.now();
  let told = true;

  const seriesOf = (own: Readonly<Record<string, string>>): RawSeries => {
    const { __name__: name = "", ...rest } = own;
    const { [labels.namespace]: namespace = rest["namespace"], [labels.pod]: pod = rest["pod"] } = rest;
    return { name, labels: { ...rest, ...(namespace ? { namespace } : {}), ...(pod ? { pod } : {}) } };
  };
  const round = async (at: number): Promise<void> => {
    if (at - namesAt >= namesEveryMs) {
      const names = await reader.labelValues("__name__", { from: at - 10 * 60_000, to: at, signal, timeoutMs });
      selectors = rawSelectors(
        names.result.filter((name) => familiesOf(name).length > 0),
        namespaces,
        labels,
        options.matchers,
      );
      namesAt = at;
    }
    const overMs = Math.min(longestGapMs, at - since) + longestDelayMs;
    const answers = await inParallel(selectors, concurrency, (selector) =>
      reader.samples(selector, { at, overMs, signal, timeoutMs }),
    );
    const samples: Sample[] = [];
    for (const { labels: own, points } of answers.flatMap(({ result }) => result)) {
      const key = JSON.stringify(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)));
      const entry = known.get(key) ?? { series: seriesOf(own), lastAt: since - longestDelayMs };
      if (!known.has(key) && known.size >= maxSeries) continue;
      known.set(key, entry);
      for (const point of points) {
        if (point.at <= entry.lastAt) continue;
        entry.lastAt = point.at;
        samples.push({ series: entry.series, at: point.at, value: point.value });
      }
    }
    since = at;
    if (samples.length > 0) emit({ type: "samples", at, samples });
  };
  const tell = (ok: boolean, detail: string) => {
    if (ok === told) return;
    told = ok;
    emit({ type: "source", at: clock.now(), source: "prometheus", ok, detail });
  };

  while (!signal.aborted) {
    const startedAt = clock.now();
    await round(startedAt).then(
      () => tell(true, "samples are read from Prometheus"),
      (error: unknown) => {
        if (!signal.aborted) tell(false, messageOf(error, 200));
      },
    );
    await rest(clock, Math.max(1_000, startedAt + intervalMs - clock.now()), signal);
  }
}
