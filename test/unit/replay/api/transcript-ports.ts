import { isObject } from "../../../../src/replay/api/json.ts";
import type { LogLine, LogPort, ProxyPort } from "../../../../src/replay/api/ports.ts";
import { type Exchange, pathOf } from "./transcripts.ts";

/** Lines with their times as the recorded timestamps=true answers show them; those of `line 1` to 4 are a second apart. */
const talker: readonly LogLine[] = [
  ["22:47:00.284", "line 1"],
  ["22:47:01.285", "line 2"],
  ["22:47:02.286", "warn 3"],
  ["22:47:02.287", "line 3"],
  ["22:47:03.288", "line 4"],
  ["22:47:04.289605390", "line 5"],
  ["22:47:05.290987883", "warn 6"],
  ["22:47:05.291021293", "line 6"],
  ["22:47:06.292337943", "line 7"],
].map(([time, line]) => ({ at: `2026-11-20T${time}Z`, line: line ?? "" }));

/** A crashing container writes the same three lines in each run; the first tells when. */
function crashRun(minute: string, times: readonly [string, string, string]): readonly LogLine[] {
  const at = (fraction: string): string => `2026-11-20T${minute}.${fraction}Z`;
  return [
    { at: at(times[0]), line: `2026-11-20T${minute}+00:00 starting up` },
    { at: at(times[1]), line: 'level=info msg="reading configuration"' },
    { at: at(times[2]), line: "panic: DATABASE_URL is not set" },
  ];
}

const runs: Readonly<Record<string, readonly LogLine[] | undefined>> = {
  "crash/a": crashRun("22:46:07", ["207970266", "208000621", "208046259"]),
  "crash/b": crashRun("22:51:08", ["194000000", "194050000", "194090107"]),
  "crash/c": crashRun("22:56:09", ["203890034", "203926869", "203938947"]),
  "talker/a": talker,
  "initing/a": [{ at: "2026-11-20T22:47:10Z", line: "preparing" }],
  "short/a": [
    { at: "2026-11-20T22:55:32.410298585Z", line: "tick 1" },
    { at: "2026-11-20T22:55:33.413830180Z", line: "tick 2" },
    { at: "2026-11-20T22:55:34.414922741Z", line: "tick 3" },
  ],
};

/** The logs of the recorded pods; a container id's last part names the run. */
export const recordedLogs: LogPort = {
  lines: (run) => runs[`${run.pod}/${run.containerId?.split("//")[1] ?? ""}`],
  follow: () => () => undefined,
};

/** Answers what the recorded kubelet, pods and services answered on the same path. */
export function recordedProxy(exchanges: readonly Exchange[]): ProxyPort {
  return {
    ask: ({ target, path }) => {
      if (target.kind === "pod" && target.port === 9999) return { refused: "connection refused" };
      const kind = target.kind === "node" ? "/nodes/" : target.kind === "pod" ? "/pods/" : "/services/";
      const found = exchanges.find(
        (e) =>
          pathOf(e).includes(kind) &&
          pathOf(e).endsWith(`/proxy${path}`) &&
          !pathOf(e).includes("9999") &&
          e.response.status !== 0,
      );
      if (found === undefined) throw new Error(`nothing recorded for ${target.kind} ${path}`);
      const { body, status, contentType = "" } = found.response;
      return { code: status, contentType, text: isObject(body) ? JSON.stringify(body) : String(body) };
    },
  };
}
