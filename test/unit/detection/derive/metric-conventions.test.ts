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
    // One word for requests is enough where the labels say how they ended.
    ["requests_total", { status: "500" }, { kind: "request-count", side: "server", error: true, rank: 3 }],
    ["aws_api_requests_total", { status_code: "500" }, { kind: "request-count", rank: 2 }],
    ["starlette_requests_total", { status_code: "503" }, { kind: "request-count", error: true }],
    ["traefik_service_requests_total", { code: "502" }, { kind: "request-count", error: true }],
    ["http_requests_received_total", { code: "500" }, { kind: "request-count", error: true }],
    ["django_http_responses_total_by_status_total", { status: "200" }, { kind: "request-count", error: false }],
    // OpenTelemetry counts gRPC calls by number or name, and calls without an answer by what went wrong.
    ["rpc_server_duration_milliseconds_count", { rpc_grpc_status_code: "13" }, { kind: "request-count", error: true }],
    [
      "rpc_client_call_duration_seconds_count",
      { server_address: "carts", rpc_response_status_code: "UNAVAILABLE" },
      { kind: "request-count", side: "client", peer: "carts", error: true },
    ],
    [
      "http_client_request_duration_seconds_count",
      { server_address: "carts", error_type: "java.net.ConnectException" },
      { kind: "request-count", side: "client", error: true, hasStatus: true },
    ],
    [
      "http_server_request_duration_seconds_count",
      { http_response_status_code: "404", error_type: "" },
      { kind: "request-count", error: false },
    ],
    // Spring's clients, which name an answer that did not come.
    [
      "http_client_requests_seconds_count",
      { client_name: "carts", status: "IO_ERROR", outcome: "UNKNOWN" },
      { kind: "request-count", side: "client", peer: "carts", error: true },
    ],
    // A sidecar says that HTTP went well and gRPC did not.
    [
      "istio_requests_total",
      { reporter: "destination", response_code: "200", grpc_response_status: "14" },
      { kind: "request-count", side: "server", error: true },
    ],
    [
      "istio_requests_total",
      { reporter: "destination", response_code: "503", grpc_response_status: "" },
      { kind: "request-count", error: true },
    ],
    ["process_files_open_files", {}, { kind: "file-descriptors", what: "open" }],
    ["process_files_max_files", {}, { kind: "file-descriptors", what: "max" }],
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
    // Caches, queues and the like are asked as well; nothing says that these are answered.
    ["cache_requests_total", {}],
    ["rest_client_requests_total", { code: "429", host: "10.96.0.1:443" }],
    // The network's agent tells of everybody's requests.
    ["hubble_http_requests_total", { status: "500", reporter: "server", destination: "shop/carts" }],
    ["traces_service_graph_request_total", { client: "a", server: "b", status_code: "500" }],
    ["http_requests_total", { path: "/-/healthy", code: "200" }],
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
