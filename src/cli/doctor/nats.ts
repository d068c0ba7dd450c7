import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";

/** Connects and asks for JetStream; makes no stream. Off unless logs come from NATS and an address is set. */
export function natsCheck(config: Config): Check {
  return {
    name: "NATS",
    async run() {
      const { url, token } = config.nats;
      if (config.logs.source !== "nats" || !url)
        return off("not used: one watcher needs none", "Set logs.source to nats, and NATS_URL, for several watchers.");
      const { askNats } = await import("../../adapters/nats/ask-nats.ts");
      try {
        return ok(`version ${await askNats({ url, token, timeoutMs: checkDeadlineMs })}, with JetStream`);
      } catch (error) {
        return failed(
          messageOf(error, 250),
          "Check NATS_URL and NATS_TOKEN, and that the server runs with JetStream (nats-server -js).",
        );
      }
    },
  };
}
