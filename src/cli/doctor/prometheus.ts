import { z } from "zod";
import { createJsonHttp } from "../../adapters/json-http.ts";
import type { Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";
import { whyNoAnswer } from "./no-answer.ts";

const buildInfo = z.object({ status: z.literal("success"), data: z.object({ version: z.string() }) });
const addressRemedy = "Check PROMETHEUS_URL; it is the address before /api/v1.";

/**
 * Asks for the build information, the cheapest page that only a Prometheus and what speaks its API has; no series is
 * read.
 */
export function prometheusCheck(config: Config): Check {
  return {
    name: "Prometheus",
    async run() {
      const { url, token, tenant } = config.prometheus;
      if (!url)
        return off(
          "not configured: kubemend scrapes the kubelets and annotated pods itself",
          "Set PROMETHEUS_URL to use yours.",
        );
      const { origin, pathname } = new URL(url);
      // Without the user and the password that may stand in it.
      const place = `${origin}${pathname.replace(/\/$/, "")}`;
      // As the watcher will ask.
      const ask = createJsonHttp({
        service: "Prometheus",
        url,
        maxBytes: 1_000_000,
        ...(token ? { bearerToken: token } : {}),
        ...(tenant ? { headers: { "X-Scope-OrgID": tenant } } : {}),
      });
      try {
        const answer = buildInfo.safeParse(
          await ask("api/v1/status/buildinfo", { params: {}, timeoutMs: checkDeadlineMs }),
        );
        if (!answer.success) return failed(`${place} answers, but not like Prometheus`, addressRemedy);
        return ok(`version ${answer.data.data.version} at ${place}`);
      } catch (error) {
        const said = messageOf(error, 300);
        if (!(error instanceof AppError)) return failed(`${place} cannot be asked: ${said}`, addressRemedy);
        if (error.code === "prometheus-unreachable" || error.code === "prometheus-timeout") {
          const { why, remedy } = whyNoAnswer(error, "PROMETHEUS_URL");
          return failed(`${place} ${why}`, `${remedy} Without it kubemend scrapes by itself.`);
        }
        if (/ answers 40[13]\b/.test(said))
          return failed(
            said,
            "Set PROMETHEUS_TOKEN, or a user and a password in PROMETHEUS_URL, of somebody who may query; and prometheus.tenant, where the server (Mimir) has tenants.",
          );
        return failed(said, addressRemedy);
      }
    },
  };
}
