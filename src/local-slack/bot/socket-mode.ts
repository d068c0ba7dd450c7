import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { secretToken } from "../ids.ts";
import { fieldsOf, parseJson, textOf } from "../json.ts";
import type { Delivery, Outgoing } from "./delivery.ts";
import { acceptWebSocket, type WebSocketConnection } from "./websocket.ts";

/**
 * The server's side of Socket Mode: hello, envelopes, acknowledgements, disconnect.
 * @see https://docs.slack.dev/apis/events-api/using-socket-mode
 */
export interface SocketMode {
  /** @returns path and query of a WebSocket address that can be used once */
  openPath(): string;
  /** Takes an HTTP upgrade to an address of `openPath`; false when it is not one. */
  upgrade(request: IncomingMessage, socket: Duplex): boolean;
  connected(): boolean;
  send(outgoing: Outgoing, deadlineMs: number): Promise<Delivery>;
  /** Tells every client to reconnect, as Slack does when it recycles a backend. */
  disconnect(reason: "refresh_requested" | "warning"): void;
  close(): void;
}

const pingEveryMs = 10_000;

/**
 * Sends to its connections in turn, as Slack does. Pings every ten seconds until `close`, without keeping the process.
 */
export function createSocketMode(appId: string): SocketMode {
  const tickets = new Set<string>();
  const connections: WebSocketConnection[] = [];
  const waiting = new Map<string, (delivery: Delivery) => void>();
  let turn = 0;

  const onText = (text: string) => {
    const answer = fieldsOf(parseJson(text));
    const settle = waiting.get(textOf(answer.envelope_id));
    const body = answer.payload;
    const isEmpty = Object.keys(fieldsOf(body)).length === 0;
    settle?.({ kind: "acknowledged", body: isEmpty ? undefined : body, noRetry: false });
  };

  const pings = setInterval(() => {
    for (const connection of connections) connection.ping();
  }, pingEveryMs);
  pings.unref();

  return {
    openPath: () => {
      const ticket = secretToken();
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade: (request, socket) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (url.pathname !== "/link/" || !tickets.delete(url.searchParams.get("ticket") ?? "")) return false;
      const connection = acceptWebSocket(request, socket, {
        onText,
        onClose: () => {
          const index = connection === undefined ? -1 : connections.indexOf(connection);
          if (index >= 0) connections.splice(index, 1);
        },
      });
      if (connection === undefined) return true;
      connections.push(connection);
      connection.send(
        JSON.stringify({
          type: "hello",
          num_connections: connections.length,
          connection_info: { app_id: appId },
          debug_info: { host: "local-slack", approximate_connection_time: 18_060 },
        }),
      );
      connection.ping();
      return true;
    },
    connected: () => connections.length > 0,
    send: (outgoing, deadlineMs) => {
      turn += 1;
      const connection = connections[turn % Math.max(connections.length, 1)];
      if (!connection) return Promise.resolve(lost("no socket is connected"));
      const id = randomUUID();
      return new Promise<Delivery>((resolve) => {
        const settle = (delivery: Delivery) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(delivery);
        };
        const timer = setTimeout(
          () => settle({ kind: "failed", error: "operation_timeout", reason: "timeout", noRetry: false }),
          deadlineMs,
        );
        waiting.set(id, settle);
        connection.send(JSON.stringify(envelope(id, outgoing)));
      });
    },
    disconnect: (reason) => {
      for (const connection of connections) connection.send(JSON.stringify({ type: "disconnect", reason }));
    },
    close: () => {
      clearInterval(pings);
      for (const settle of waiting.values()) settle(lost("closed"));
      for (const connection of [...connections]) connection.close(1001);
    },
  };
}

function lost(reason: string): Delivery {
  return { kind: "failed", error: "dispatch_failed", reason, noRetry: false };
}

function envelope(id: string, outgoing: Outgoing): object {
  const base = { envelope_id: id, type: outgoing.type, payload: outgoing.payload };
  if (outgoing.type !== "events_api") return { ...base, accepts_response_payload: true };
  const { num = 0, reason = "" } = outgoing.retry ?? {};
  return { ...base, accepts_response_payload: false, retry_attempt: num, retry_reason: reason };
}
