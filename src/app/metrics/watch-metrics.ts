import { Counter, Gauge, type Registry } from "prom-client";
import type { WatchBook } from "../sources/watch-book.ts";

const statusText = (status: number) => (status === 0 ? "unreachable" : String(status));

/** How the API server answers to the watches: which it refuses, and which cannot reach it. */
export function addWatchMetrics(registry: Registry, book: Pick<WatchBook, "states" | "failures">): void {
  const registers = [registry];
  new Gauge({
    name: "kubemend_watches_down",
    help: "Watches whose last request failed, by its status; without an essential one kubemend is blind",
    labelNames: ["resource", "status", "essential"] as const,
    registers,
    collect() {
      this.reset();
      for (const { resource, status, essential, ok } of book.states)
        if (!ok) this.inc({ resource, status: statusText(status), essential: String(essential) });
    },
  });
  new Counter({
    name: "kubemend_watch_failures_total",
    help: "Lists and watches that failed, by status",
    labelNames: ["resource", "status"] as const,
    registers,
    collect() {
      this.reset();
      for (const { resource, status, count } of book.failures)
        this.inc({ resource, status: statusText(status) }, count);
    },
  });
}
