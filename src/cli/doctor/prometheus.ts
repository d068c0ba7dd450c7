import { z } from "zod";
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";

const buildInfo = z.object({ status: z.literal("success"), data: z.object({ version: z.string() }) });

export function prometheusCheck(config: Config): Check {
  return {
    name: "Prometheus",
    async run() {
      const { url, token } = config.prometheus;
      if (!url)
        return off(
          "not configured: kubemend scrapes the kubelets and annotated pods itself",
          "Set PROMETHEUS_URL to use yours.",
        );
      try {
        const response = await fetch(new URL("api/v1/status/buildinfo", url.endsWith("/") ? url : `${url}/`), {
          signal: AbortSignal.timeout(checkDeadlineMs),
          ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
        });
        if (response.status === 401 || response.status === 403)
          return failed(`${url} answers ${response.status}`, "Set PROMETHEUS_TOKEN to one that may query.");
        const parsed = buildInfo.safeParse(await response.json().catch(() => undefined));
        if (!response.ok || !parsed.success)
          return failed(
            `${url} answers ${response.status}, but not like Prometheus`,
            "Check PROMETHEUS_URL; it is the address before /api/v1.",
          );
        return ok(`version ${parsed.data.data.version} at ${url}`);
      } catch (error) {
        return failed(
          `${url} does not answer: ${messageOf(error)}`,
          "Check PROMETHEUS_URL and the network; without it kubemend scrapes by itself.",
        );
      }
    },
  };
}
