import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** `pass`: bytes go both ways. `silent`: connections stay open and nothing arrives any more, as behind a dead network. */
export type ProxyMode = "pass" | "silent";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  set(mode: ProxyMode): void;
}

/** Stands between a client and a server; what came while it was silent is lost, like the connections it came through. */
export async function startTcpProxy(
  target: { readonly host: string; readonly port: number },
  port = 0,
  /** What the server sends arrives so much later (ms). */
  delayMs = 0,
): Promise<TcpProxy> {
  let mode: ProxyMode = "pass";
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Broken off by either side, or by the end of the test.
    socket.on("error", () => undefined);
  };
  const server = createServer((client) => {
    track(client);
    if (mode === "silent") return void client.resume();
    const upstream = connect(target);
    track(upstream);
    client.on("data", (bytes) => mode === "pass" && upstream.write(bytes));
    const answer = (bytes: Buffer) => mode === "pass" && client.writable && client.write(bytes);
    upstream.on("data", (bytes: Buffer) => (delayMs > 0 ? setTimeout(answer, delayMs, bytes) : answer(bytes)));
    client.on("close", () => upstream.destroy());
    const end = () => mode === "pass" && client.destroy();
    upstream.on("close", () => (delayMs > 0 ? setTimeout(end, delayMs) : end()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      // What goes on where it stopped would be a slow network, not a dead one.
      if (mode === "silent" && next === "pass") for (const socket of sockets) socket.destroy();
      mode = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
