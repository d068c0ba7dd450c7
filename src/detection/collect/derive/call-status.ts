import { own } from "../../../lib/own.ts";
import { firstLabel, grpcStatusLabels, statusLabels } from "./label-names.ts";

/** Who tells of a call: the one who answers, or the one who asks. */
export type CallSide = "server" | "client";

// https://grpc.io/docs/guides/status-codes/: those that say that the server failed.
const grpcFailures = new Set([
  "unknown",
  "deadlineexceeded",
  "resourceexhausted",
  "aborted",
  "unimplemented",
  "internal",
  "unavailable",
  "dataloss",
]);
const grpcRefusals = new Set(["unauthenticated", "permissiondenied"]);
const grpcNumbers: Readonly<Record<string, string>> = {
  "2": "unknown",
  "4": "deadlineexceeded",
  "7": "permissiondenied",
  "8": "resourceexhausted",
  "10": "aborted",
  "12": "unimplemented",
  "13": "internal",
  "14": "unavailable",
  "15": "dataloss",
  "16": "unauthenticated",
};

/**
 * Does this status mean that the call failed? A server answers for 5xx; a caller also for being refused (401, 403, 407),
 * timed out (408) or limited (429), because then it does not get what it needs. 404 and other 4xx are answers.
 */
export function isFailure(status: string, side: CallSide, grpc = false): boolean {
  const text = status.toLowerCase().replaceAll(/[_\s-]/g, "");
  if (text === "") return false;
  if (grpc || /^[a-z]/.test(text)) {
    const code = own(grpcNumbers, text) ?? text;
    if (grpcFailures.has(code)) return true;
    if (side === "client" && grpcRefusals.has(code)) return true;
    return /^(error|err|ioerror|fail|failure|failed|exception|timeout|etimedout|econn\w*|enotfound|eai\w*|servererror)/.test(
      code,
    );
  }
  if (/^5(\d\d|xx)$/.test(text)) return true;
  // 0 is what clients report when there was no answer at all.
  if (side === "client") return text === "0" || text === "000" || /^(401|403|407|408|429)$/.test(text);
  return false;
}

const httpStatusLabels = statusLabels.filter((label) => !grpcStatusLabels.includes(label) && label !== "error_type");
/** Values of `error_type` that say that there was none. */
const noError = /^(none|no_?error|ok|success|false|0)?$/i;

/** How the call that a series counts ended, as far as its labels tell. */
export function answerOf(labels: Readonly<Record<string, string>>, side: CallSide) {
  const grpc = firstLabel(labels, grpcStatusLabels);
  const status = grpc || firstLabel(labels, httpStatusLabels);
  // OpenTelemetry: without an answer there is no status, but what went wrong has a name.
  const nameless = status === "" && !noError.test(labels["error_type"] ?? "");
  return {
    error: nameless || isFailure(status, side, grpc !== ""),
    rejected: grpc === "" && isRejection(status),
    hasStatus: nameless || status !== "",
  };
}

/** The server found fault with the request: 404 and other 4xx. No failure, but a release can turn every answer into one. */
function isRejection(status: string): boolean {
  return /^4(\d\d|xx)$/i.test(status);
}
