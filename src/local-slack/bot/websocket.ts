import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** The server's end of one WebSocket; text only, which is all that Socket Mode uses. */
export interface WebSocketConnection {
  send(text: string): void;
  ping(): void;
  close(code: number): void;
}

/** `onText` is told whole messages only; `onClose` once, whoever ended it and however. */
export interface WebSocketEvents {
  onText(text: string): void;
  onClose(): void;
}

// RFC 6455
const handshakeSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const messageLimitBytes = 2_000_000;

/** Answers the upgrade request and speaks the protocol; undefined (and an answer of 400) when it is not a WebSocket handshake. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  events: WebSocketEvents,
): WebSocketConnection | undefined {
  const key = request.headers["sec-websocket-key"];
  if (request.headers.upgrade?.toLowerCase() !== "websocket" || key === undefined) {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    return undefined;
  }
  const accept = createHash("sha1")
    .update(key + handshakeSuffix)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const write = (opcode: number, payload: Buffer) => {
    if (socket.writable) socket.write(frame(opcode, payload));
  };
  const read = frameReader(({ opcode, payload }) => {
    if (opcode === opcodes.text) events.onText(payload.toString("utf8"));
    else if (opcode === opcodes.ping) write(opcodes.pong, payload);
    else if (opcode === opcodes.close) {
      write(opcodes.close, payload.subarray(0, 2));
      socket.end();
    }
  });
  socket.on("data", (chunk: Buffer) => {
    if (!read(chunk)) socket.destroy();
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => events.onClose());
  return {
    send: (text) => write(opcodes.text, Buffer.from(text)),
    ping: () => write(opcodes.ping, Buffer.from("ping")),
    close: (code) => {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      write(opcodes.close, payload);
      socket.end();
    },
  };
}

/** One unmasked frame, as servers send them. */
function frame(opcode: number, payload: Buffer): Buffer {
  const short = payload.length < 126;
  const medium = payload.length < 65_536;
  const header = Buffer.alloc(short ? 2 : medium ? 4 : 10);
  header[0] = 0x80 | opcode;
  header[1] = short ? payload.length : medium ? 126 : 127;
  if (!short && medium) header.writeUInt16BE(payload.length, 2);
  if (!short && !medium) header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

interface Incoming {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Puts chunks together into whole messages; the returned function says false when the peer breaks the protocol. */
function frameReader(onMessage: (message: Incoming) => void): (chunk: Buffer) => boolean {
  let pending = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let partsOpcode: number = opcodes.text;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const next = parseFrame(pending);
      if (next === "broken") return false;
      if (next === undefined) return pending.length <= messageLimitBytes;
      pending = pending.subarray(next.size);
      if (next.opcode >= opcodes.close) {
        onMessage(next);
        continue;
      }
      if (next.opcode !== opcodes.continuation) partsOpcode = next.opcode;
      parts.push(next.payload);
      if (parts.reduce((sum, part) => sum + part.length, 0) > messageLimitBytes) return false;
      if (!next.final) continue;
      onMessage({ opcode: partsOpcode, payload: Buffer.concat(parts) });
      parts = [];
    }
  };
}

function parseFrame(
  bytes: Buffer,
): (Incoming & { readonly size: number; readonly final: boolean }) | "broken" | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  if ((second & 0x80) === 0) return "broken"; // clients must mask
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extra + 4) return undefined;
  const length = extra === 2 ? bytes.readUInt16BE(2) : extra === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (length > messageLimitBytes) return "broken";
  const start = 2 + extra + 4;
  if (bytes.length < start + length) return undefined;
  const mask = bytes.subarray(2 + extra, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let i = 0; i < payload.length; i += 1) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload, size: start + length };
}
