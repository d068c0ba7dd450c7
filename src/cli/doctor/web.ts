import { createServer } from "node:net";
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import { type Check, failed, ok } from "./check.ts";

const askMs = 2_000;

/** Undefined when the port is free; the code of the error otherwise. */
async function whyNotFree(host: string, port: number): Promise<unknown> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** A kubemend that runs already answers its own metrics. */
async function isKubemend(host: string, port: number): Promise<boolean> {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const at = name.includes(":") ? `[${name}]` : name;
  return await fetch(`http://${at}:${port}/metrics`, { signal: AbortSignal.timeout(askMs) })
    .then((response) => response.text())
    .then((text) => text.includes("kubemend_"))
    // Whatever does not answer like us is not us.
    .catch(() => false);
}

/**
 * Listens at the address for a moment. One at which a kubemend answers already is fine: that is the one to be checked.
 */
export function webCheck({ web }: Pick<Config, "web">): Check {
  return {
    name: "Web pages",
    async run() {
      const { host, port } = web;
      const place = `${host}:${port}`;
      const why = await whyNotFree(host, port);
      const { slackLinks, proxy } = web.signIn;
      const readers = slackLinks || proxy ? "for whoever signs in" : "for this machine only, read-only";
      if (why === undefined) return ok(`${place} is free; ${readers}`);
      const code = errorCode(why);
      if (code === "EADDRINUSE")
        return (await isKubemend(host, port))
          ? ok(`a kubemend runs at ${place} already; ${readers}`)
          : failed(`another program listens at ${place}`, "Stop it, or set web.port to a free one (0 takes any).");
      if (code === "EADDRNOTAVAIL")
        return failed(
          `this machine has no address ${host}`,
          "Set web.host to 127.0.0.1, or to 0.0.0.0 for all addresses.",
        );
      if (code === "EACCES") return failed(`this user may not listen at ${place}`, "Set web.port to one above 1023.");
      return failed(`kubemend could not listen at ${place}: ${messageOf(why, 160)}`, "Check web.host and web.port.");
    },
  };
}
