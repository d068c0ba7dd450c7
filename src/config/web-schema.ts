import { z } from "zod";
import { httpUrl } from "./addresses.ts";
import { addresses, headerName, port, text } from "./fields.ts";

/** The pages: where they are served, who may come in, and what may be decided there. */
export const webSchema = z
  .strictObject({
    host: text.default("127.0.0.1"),
    port: port.default(8080),
    /** Under which address people reach the pages; for links, cookies and the check of where a form came from. */
    url: httpUrl.optional(),
    /** Without one of these, pages are served to this machine only, and read-only. */
    signIn: z
      .strictObject({
        /** One-time links from Slack: `/incident web`. */
        slackLinks: z.boolean().default(false),
        sessionHours: z.number().min(0.1).max(168).default(12),
        /** A proxy in front that has signed people in and says who they are. */
        proxy: z.strictObject({ header: headerName, addresses: z.array(addresses).min(1).max(50) }).optional(),
      })
      .prefault({}),
    /** Signs sessions; generated and kept in the database when not given. */
    sessionKey: z.string().min(32, "must have 32 characters or more").optional(),
    /** Decisions in the pages, by whoever may decide in Slack. */
    approvals: z.boolean().default(false),
  })
  .prefault({});
