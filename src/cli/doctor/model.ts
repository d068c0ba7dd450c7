import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";
import { whyNoAnswer } from "./no-answer.ts";

const meanwhile = "Meanwhile diagnoses come from rules.";

/** Without the user and the password that may stand in an address. */
function hostOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, "")}`;
}

/** Asks for the model by its name, which costs no tokens; whether it can call tools is not tried. */
export function modelCheck(config: Config): Check {
  return {
    name: "Model",
    async run() {
      const { apiKey, baseUrl, name } = config.model;
      if (!apiKey && !baseUrl)
        return off(
          "not configured: diagnoses come from rules alone, and say so",
          "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own.",
        );
      const { default: OpenAI } = await import("openai");
      // Local servers want no key, the client wants one.
      const client = new OpenAI({
        apiKey: apiKey ?? "none",
        ...(baseUrl ? { baseURL: baseUrl } : {}),
        timeout: checkDeadlineMs,
        maxRetries: 0,
      });
      const place = baseUrl ? hostOf(baseUrl) : "OpenAI";
      try {
        const model: unknown = await client.models.retrieve(name);
        if (typeof model !== "object" || model === null)
          return failed(`${place} answers, but not like OpenAI`, "Check OPENAI_BASE_URL; it mostly ends in /v1.");
        return ok(`${name}${baseUrl ? ` at ${place}` : ""}`);
      } catch (error) {
        const status = error instanceof OpenAI.APIError ? error.status : undefined;
        const said = messageOf(error, 160);
        if (status === undefined) {
          const { why, remedy } = whyNoAnswer(error, "OPENAI_BASE_URL");
          const reach = "Let this machine reach api.openai.com; behind a proxy see docs/configuration.md.";
          return failed(`${place} ${why}`, `${baseUrl || why.includes("certificate") ? remedy : reach} ${meanwhile}`);
        }
        if (status === 401 || status === 403)
          return apiKey
            ? failed(`${place} refuses the key (${status})`, "Check OPENAI_API_KEY.")
            : failed(`${place} wants a key (${status})`, "Set OPENAI_API_KEY.");
        if (status === 404)
          return failed(
            `there is no model ${name} at ${place}`,
            "Set KUBEMEND_MODEL to one that the server has; OPENAI_BASE_URL mostly ends in /v1.",
          );
        if (status === 429)
          return failed(
            `${place} takes no more requests for now: ${said}`,
            `Look at the account's limits. ${meanwhile}`,
          );
        return failed(`${place} answers: ${said}`, `Check OPENAI_BASE_URL. ${meanwhile}`);
      }
    },
  };
}
