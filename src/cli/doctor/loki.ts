import { createLokiClient } from "../../adapters/loki/loki-client.ts";
import type { Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";
import { whyNoAnswer } from "./no-answer.ts";

const lookBackMs = 5 * 60_000;

/** Reads one line the way `start` will: what is wrong with address, token, tenant or selector shows here first. */
export function lokiCheck(config: Config): Check {
  return {
    name: "Loki",
    async run() {
      const { url, token, tenant, query } = config.loki;
      if (!url || config.logs.source !== "loki")
        return off(
          config.logs.source === "push"
            ? "not used: agents push log lines to kubemend"
            : "not used: container logs are followed through the Kubernetes API",
          "Set logs.source to loki, and LOKI_URL, to read them from yours.",
        );
      const client = createLokiClient({
        url,
        ...(token ? { bearerToken: token } : {}),
        ...(tenant ? { tenant } : {}),
      });
      const selector = query ?? '{namespace=~".+"}';
      const now = Date.now();
      const ns = (ms: number) => BigInt(ms) * 1_000_000n;
      try {
        const lines = await client.lines(selector, {
          fromNs: ns(now - lookBackMs),
          toNs: ns(now),
          limit: 1,
          timeoutMs: checkDeadlineMs,
        });
        if (lines.length > 0) return ok(`log lines of ${selector} at ${new URL(url).host}`);
        return failed(
          `${new URL(url).host} answers, but has no line of ${selector} in the last ${lookBackMs / 60_000} minutes`,
          "Check loki.query and loki.tenant: streams need the labels namespace and pod.",
        );
      } catch (error) {
        if (error instanceof AppError && /-(unreachable|timeout)$/.test(error.code)) {
          const { why, remedy } = whyNoAnswer(error, "LOKI_URL");
          return failed(`${new URL(url).origin} ${why}`, remedy);
        }
        return failed(messageOf(error, 200), "Check LOKI_URL, LOKI_TOKEN, loki.tenant and loki.query.");
      }
    },
  };
}
