import { Worker } from "node:worker_threads";
import { AppError } from "../../lib/app-error.ts";
import { siblingModule } from "../../lib/sibling-module.ts";
import type { Drawing } from "./chart-data.ts";

/** Draws charts off the event loop. */
export interface ChartPainter extends AsyncDisposable {
  /** A PNG. @throws AppError when it cannot be drawn in time. */
  draw(data: Drawing): Promise<Buffer>;
  close(): Promise<void>;
}

interface Waiting {
  readonly done: (png: Buffer) => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const deadlineMs = 20_000;
const maxWaiting = 20;

/** One worker thread, started with the first chart and started again when it dies. */
export function createChartPainter(): ChartPainter {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let nextId = 1;

  const settle = (id: number, act: (entry: Waiting) => void) => {
    const entry = waiting.get(id);
    if (!entry) return;
    clearTimeout(entry.timer);
    waiting.delete(id);
    act(entry);
  };
  const failAll = (error: Error) => {
    for (const id of [...waiting.keys()]) settle(id, (entry) => entry.fail(error));
  };
  const start = () => {
    const started = new Worker(siblingModule(import.meta.url, "./draw-worker"));
    started.on("message", ({ id, png, error }: { id: number; png?: Uint8Array; error?: string }) => {
      settle(id, (entry) =>
        png
          ? entry.done(Buffer.from(png))
          : entry.fail(new AppError("chart-failed", `The chart could not be drawn: ${error}`)),
      );
    });
    started.on("error", (cause) => {
      worker = undefined;
      failAll(new AppError("chart-failed", "The chart worker died.", { cause, retryable: true }));
    });
    started.unref();
    return started;
  };
  const close = async () => {
    const running = worker;
    worker = undefined;
    failAll(new AppError("chart-closed", "kubemend is stopping."));
    await running?.terminate();
  };
  return {
    draw(data) {
      if (waiting.size >= maxWaiting)
        return Promise.reject(
          new AppError("chart-busy", "Too many charts are waiting to be drawn.", { retryable: true }),
        );
      worker ??= start();
      const id = nextId++;
      const request = worker;
      return new Promise((done, fail) => {
        const timer = setTimeout(
          () =>
            settle(id, (entry) =>
              entry.fail(new AppError("chart-timeout", "The chart took too long to draw.", { retryable: true })),
            ),
          deadlineMs,
        );
        waiting.set(id, { done, fail, timer });
        request.postMessage({ id, data });
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
