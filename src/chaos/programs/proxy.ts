// Runs in a pod of its own, from a ConfigMap: forwards TCP connections, late or not at all. Only Node's own modules.
import { connect, createServer, type Socket } from "node:net";

interface Route {
  readonly listen: number;
  readonly host: string;
  readonly port: number;
}

const routes = JSON.parse(process.env["ROUTES"] ?? "[]") as readonly Route[];
const delayMs = Number(process.env["DELAY_MS"] ?? 0);
const failShare = Number(process.env["FAIL_PERCENTAGE"] ?? 0) / 100;

/** Hands on what comes, in order, each piece `delayMs` after it came. */
function delayed(from: Socket, to: Socket): void {
  from.on("data", (piece: Buffer) => {
    from.pause();
    setTimeout(() => {
      if (!to.destroyed) to.write(piece);
      from.resume();
    }, delayMs);
  });
  from.on("end", () => setTimeout(() => to.end(), delayMs));
}

for (const { listen, host, port } of routes) {
  const server = createServer((client) => {
    const upstream = connect(port, host);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on("error", end);
    upstream.on("error", end);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.end());
    client.on("data", () => {
      // A request that is cut off after it was sent: what a failing dependency looks like.
      if (Math.random() < failShare) end();
    });
    delayed(client, upstream);
    upstream.pipe(client);
  });
  server.listen(listen, "0.0.0.0");
}

// The first process of a container gets no default handlers.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
