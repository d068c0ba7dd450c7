import type { ApiObject } from "./json.ts";

/** One line as the container wrote it, without its end of line. `at` is RFC 3339 with up to nine fraction digits. */
export interface LogLine {
  readonly at: string;
  readonly line: string;
}

/** One run of one container. A container that was restarted has a run for each start. */
export interface LogRun {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly containerId: string | undefined;
  /** When the run began and ended, as the pod's status tells; finishedAt is undefined while it runs. */
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

/** Where container logs come from. */
export interface LogPort {
  /** Lines of a run so far, oldest first; undefined when the runtime no longer has them. */
  readonly lines: (run: LogRun) => readonly LogLine[] | undefined;
  /** Tells each later line, and when the container has ended. Returns how to stop. */
  readonly follow: (
    run: LogRun,
    listener: { readonly line: (line: LogLine) => void; readonly end: () => void },
  ) => () => void;
}

/** What a proxied request reaches. Ports are container ports of pods and service ports of services. */
export type ProxyTarget =
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "pod"; readonly object: ApiObject; readonly port: number }
  | { readonly kind: "service"; readonly object: ApiObject; readonly port: number };

export interface ProxyRequest {
  readonly target: ProxyTarget;
  readonly method: string;
  /** Starts with a slash, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** An HTTP answer of the far side, or why there was none. */
export type ProxyAnswer =
  | { readonly code: number; readonly contentType: string; readonly text: string | Buffer }
  | { readonly refused: "connection refused" | "i/o timeout" };

/** Answers what kubelets, pods and services would. */
export interface ProxyPort {
  readonly ask: (request: ProxyRequest) => ProxyAnswer | Promise<ProxyAnswer>;
}
