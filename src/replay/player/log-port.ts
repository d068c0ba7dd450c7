import type { LogLine } from "../../cluster/signal.ts";
import { isoTime } from "../../lib/clock.ts";
import { objectsAt, stringAt } from "../api/json.ts";
import type { ObjectTable } from "../api/object-table.ts";
import type { LogPort, LogRun, LogLine as ServedLine } from "../api/ports.ts";
import type { WrittenLogs } from "./written-logs.ts";

/** Serves what the containers of the world have written, run by run. */
export function createLogPort({ logs, table }: { logs: WrittenLogs; table: ObjectTable }): LogPort {
  return {
    lines: (run) => {
      const { from, to } = spanOf(run);
      return logs.lines(run.namespace, run.pod, run.container, from, to).map(served);
    },
    follow(run, listener) {
      const { from } = spanOf(run);
      const unsubscribe = logs.subscribe(run.namespace, run.pod, run.container, (line) => {
        if (line.at >= from) listener.line(served(line));
      });
      const unwatch = table.subscribe(({ type, resource, object }) => {
        if (resource.kind !== "Pod" || object.metadata.uid !== run.podUid) return;
        if (type !== "DELETED" && isRunning(object, run)) return;
        stop();
        listener.end();
      });
      const stop = (): void => {
        unsubscribe();
        unwatch();
      };
      return stop;
    },
  };
}

/** Kubernetes cuts these times to whole seconds: a run may have ended until the end of its second. */
function spanOf({ startedAt, finishedAt }: LogRun): { from: number; to: number } {
  return {
    from: startedAt === undefined ? 0 : Date.parse(startedAt),
    to: finishedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(finishedAt) + 999,
  };
}

function isRunning(pod: Parameters<typeof objectsAt>[0], run: LogRun): boolean {
  const statuses = [
    ...objectsAt(pod, "status", "initContainerStatuses"),
    ...objectsAt(pod, "status", "containerStatuses"),
  ];
  const status = statuses.find((s) => s["name"] === run.container);
  return stringAt(status, "state", "running", "startedAt") === run.startedAt;
}

function served({ at, line }: LogLine): ServedLine {
  return { at: isoTime(at), line };
}
