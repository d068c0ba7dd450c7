import type { FastifyReply } from "fastify";
import type { Core } from "../core.ts";
import type { PageUpdate } from "../state/updates.ts";

const heartbeatMs = 15_000;
/** A page that reads this far behind is cut off; its EventSource reconnects and it reloads. */
const behindLimitBytes = 8_000_000;

/** Server-Sent Events of everything this person may see, until the page goes. */
export function stream(core: Core, user: string, reply: FastifyReply): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", connection: "keep-alive" });
  raw.write("retry: 1000\n\n");
  const stop = core.workspace.updates.listen((update) => {
    if (!maySee(core, user, update)) return;
    raw.write(`data: ${JSON.stringify(update)}\n\n`);
    if (raw.writableLength > behindLimitBytes) raw.destroy();
  });
  const heartbeat = setInterval(() => raw.write(": still here\n\n"), heartbeatMs);
  heartbeat.unref();
  raw.on("close", () => {
    clearInterval(heartbeat);
    stop();
  });
  return reply;
}

function maySee(core: Core, user: string, update: PageUpdate): boolean {
  if ("user" in update && update.user !== user) return false;
  if (!("channel" in update)) return true;
  return core.workspace.rooms.get(update.channel)?.members.has(user) === true;
}
