import OpenAI from "openai";
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";

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
      // Local servers want no key, the client wants one.
      const client = new OpenAI({
        apiKey: apiKey ?? "none",
        ...(baseUrl ? { baseURL: baseUrl } : {}),
        timeout: checkDeadlineMs,
        maxRetries: 0,
      });
      try {
        await client.models.retrieve(name);
        return ok(`${name}${baseUrl ? ` at ${baseUrl}` : ""}`);
      } catch (error) {
        const status = error instanceof OpenAI.APIError ? error.status : undefined;
        if (status === 401 || status === 403) return failed("the key is refused", "Check OPENAI_API_KEY.");
        if (status === 404)
          return failed(
            `there is no model ${name}${baseUrl ? ` at ${baseUrl}` : ""}`,
            "Set KUBEMEND_MODEL to one the server has.",
          );
        return failed(
          `${baseUrl ?? "the model's server"} does not answer: ${messageOf(error, 160)}`,
          "Check OPENAI_BASE_URL and the network; meanwhile diagnoses come from rules.",
        );
      }
    },
  };
}
