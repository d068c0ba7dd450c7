import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems hand out by themselves (32768 on Linux, 49152 elsewhere), so that nobody's connection takes it meanwhile. */
const first = 15_000;
const last = 31_999;

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server.listen(port, "127.0.0.1"), "listening").then(
    () => true,
    () => false,
  );
  const free = await listening;
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
}

/** A port of this machine on which a server may be started, now or later: drawn, since processes that test draw at the same time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await isFree(port)) return port;
  }
}
