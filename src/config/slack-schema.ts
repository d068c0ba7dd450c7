import { z } from "zod";
import { httpUrl } from "./addresses.ts";
import { severities, text } from "./fields.ts";

/** Slack: the app's secrets, the channels, and whom to call. */
export const slackSchema = z
  .strictObject({
    botToken: text.optional(),
    /** For requests over HTTP. */
    signingSecret: text.optional(),
    /** For Socket Mode; then nothing has to be reachable from outside. */
    appToken: text.optional(),
    channel: text.default("#incidents"),
    fallbackChannel: text.optional(),
    /** Channels for some incidents: by namespace (`*` stands for any run of characters), severity, labels of the target. First match. */
    routes: z
      .array(
        z.strictObject({
          namespaces: z.array(text).min(1).max(200).optional(),
          severities: z.array(z.enum(severities)).min(1).optional(),
          labels: z.record(text, z.string()).optional(),
          channel: text,
        }),
      )
      .max(100)
      .default([]),
    /** Whom to call when nobody acknowledges an incident: id or handle of a user group. */
    escalation: z
      .strictObject({
        minutes: z.number().min(1).max(1_440).default(15),
        userGroup: text,
        severities: z.array(z.enum(severities)).min(1).default(["critical"]),
      })
      .optional(),
    apiUrl: httpUrl.optional(),
  })
  .prefault({});
