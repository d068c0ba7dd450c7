import { connect, createServer, type Socket } from "node:net";
import { type Database, openDatabase } from "../../src/store/database.ts";

export interface SlowPostgres extends AsyncDisposable {
  readonly database: Database;
  /** Pieces of traffic that were held back so far. */
  readonly delayed: () => number;
}

/** First bytes of simple and of prepared queries; signing in takes its usual time. */
const questions = new Set<number | undefined>([0x51, 0x50]);

/** The database behind a proxy that passes every query on only after a while. */
export async function slowPostgres(
  url: string,
  options: { readonly delayMs: number; readonly maxConnections: number },
): Promise<SlowPostgres> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let delayed = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (piece) => {
      if (!questions.has(piece[0])) return void upstream.write(piece);
      delayed++;
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!upstream.destroyed) upstream.write(piece);
      }, options.delayMs);
      timers.add(timer);
    });
    upstream.pipe(client);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(address.port);
  const database = openDatabase(through.toString(), {
    maxConnections: options.maxConnections,
    statementTimeoutMs: 60_000,
  });
  return {
    database,
    delayed: () => delayed,
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
      await database.close().catch(() => undefined);
    },
  };
}
