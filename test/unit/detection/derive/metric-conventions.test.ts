import { describe, expect, test } from "vitest";
import { isFailure } from "../../../../src/detection/collect/derive/call-status.ts";
import { meaningOf } from "../../../../src/detection/collect/derive/metric-conventions.ts";

describe("what a series means, by its name and labels", () => {
  test.each([
    ["http_requests_total", { code: "500" }, { kind: "request-count", side: "server", error: true }],
    [
      "http_server_requests_seconds_count",
      { status: "200", uri: "/a" },
      { kind: "request-count", side: "server", error: false, route: "/a", rank: 1 },
    ],
    ["flask_http_request_total", { status: "503" }, { kind: "request-count", error: true }],
    ["grpc_server_handled_total", { grpc_code: "Unavailable" }, { kind: "request-count", side: "server", error: true }],
    ["grpc_server_handled_total", { grpc_code: "NotFound" }, { kind: "request-count", error: false }],
    ["grpc_client_handled_total", { grpc_code: "OK", peer: "x" }, { kind: "request-count", side: "client", peer: "x" }],
    [
      "http_client_requests_total",
      { peer: "carts", code: "error" },
      { kind: "request-count", side: "client", error: true, peer: "carts" },
    ],
    [
      "http_client_request_duration_seconds_bucket",
      { server_address: "db", le: "0.5" },
      { kind: "duration-bucket", side: "client", le: 0.5, peer: "db" },
    ],
    ["http_server_request_duration_seconds_sum", { http_route: "/x" }, { kind: "duration-sum", scale: 1, route: "/x" }],
    [
      "istio_requests_total",
      { reporter: "source", destination_service_name: "b", response_code: "503" },
      { kind: "request-count", side: "client", peer: "b", error: true },
    ],
    ["app_errors_total", { type: "TypeError" }, { kind: "app-errors", type: "TypeError" }],
    ["orders_exceptions_total", {}, { kind: "app-errors", type: "orders_exceptions" }],
    ["db_pool_waiting", {}, { kind: "pool", what: "waiting" }],
    ["db_pool_connections", { state: "active" }, { kind: "pool", what: "in-use" }],
    ["db_pool_timeouts_total", {}, { kind: "pool", what: "timeouts" }],
    ["hikaricp_connections_pending", {}, { kind: "pool", what: "waiting" }],
    ["hikaricp_connections_active", {}, { kind: "pool", what: "in-use" }],
    ["nodejs_eventloop_lag_seconds", {}, { kind: "eventloop-lag" }],
    ["nodejs_eventloop_delay_mean_seconds", {}, { kind: "eventloop-lag" }],
    ["process_resident_memory_bytes", {}, { kind: "resident-memory" }],
    ["up", {}, { kind: "up" }],
  ])("%s %o", (name, labels, want) => expect(meaningOf({ name, labels })).toMatchObject(want));

  test.each([
    ["http_requests_in_flight", {}],
    ["http_response_size_bytes_sum", {}],
    ["http_requests_total", { path: "/metrics" }],
    ["http_client_requests_total", { code: "200" }],
    ["go_gc_duration_seconds_sum", {}],
    ["db_pool_connections", { state: "idle" }],
    ["node_network_receive_errors_total", {}],
    ["app_info", { version: "1" }],
    // Beside nodejs_eventloop_lag_seconds: each of its points would be refused as a double.
    ["nodejs_eventloop_lag_mean_seconds", {}],
    ["prometheus_notifications_errors_total", {}],
  ])("%s %o means nothing to detection", (name, labels) => expect(meaningOf({ name, labels })).toBeUndefined());
});

test.each([
  ["500", "server", true],
  ["5xx", "server", true],
  ["404", "server", false],
  ["429", "server", false],
  ["403", "server", false],
  ["SERVER_ERROR", "server", true],
  ["200", "client", false],
  ["404", "client", false],
  ["401", "client", true],
  ["429", "client", true],
  ["0", "client", true],
  ["ECONNREFUSED", "client", true],
  ["timeout", "client", true],
  ["success", "client", false],
] as const)("%s at the %s is a failure: %s", (status, side, want) => expect(isFailure(status, side)).toBe(want));
