/** Labels by which libraries say how a call ended, most usual first. */
export const statusLabels = [
  "code",
  "status",
  "status_code",
  "http_status",
  "http_status_code",
  "http_response_status_code",
  "response_code",
  "grpc_code",
  "grpc_status",
  "rpc_grpc_status_code",
  "rpc_response_status_code",
  "grpc_response_status",
  "outcome",
  "error_type",
];
/** Those of them whose numbers are gRPC's. A proxy tells both: HTTP's 200 is all that it takes to say that a call failed. */
export const grpcStatusLabels = [
  "grpc_code",
  "grpc_status",
  "rpc_grpc_status_code",
  "rpc_response_status_code",
  "grpc_response_status",
];
/** Labels of a caller's series that name whom it calls. */
export const peerLabels = [
  "peer",
  "peer_service",
  "upstream",
  "target_service",
  "destination_service_name",
  "destination",
  "dependency",
  "server_address",
  "net_peer_name",
  "remote",
  "host",
  "client_name",
  "target",
];
/** Labels that name what was asked for. */
export const routeLabels = [
  "route",
  "http_route",
  "handler",
  "path",
  "uri",
  "endpoint",
  "grpc_method",
  "rpc_method",
  "operation",
];
/** Labels that tell errors of an application apart. */
export const errorTypeLabels = ["type", "error_type", "error", "kind", "reason", "exception", "code"];

/** The value of the first of these labels that has one; empty without any. */
export function firstLabel(labels: Readonly<Record<string, string>>, names: readonly string[]): string {
  for (const name of names) {
    const value = labels[name];
    if (value) return value;
  }
  return "";
}
