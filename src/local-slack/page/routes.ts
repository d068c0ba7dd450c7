import type { FastifyInstance } from "fastify";
import { bodyBytes } from "../api/body.ts";
import type { Core } from "../core.ts";
import { parseJson } from "../json.ts";
import { act, acts } from "./acts.ts";
import { loadAssets } from "./assets.ts";
import type { PageToken } from "./page-token.ts";
import { shell } from "./shell.ts";
import { conversationOf, mayAct, snapshot } from "./snapshot.ts";
import { stream } from "./stream.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page that shows the workspace, and what it talks to. */
export async function pageRoutes(server: FastifyInstance, core: Core, token: PageToken): Promise<void> {
  const assets = await loadAssets();

  server.get("/", async (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", policy)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .header("cache-control", "no-store")
      .header("set-cookie", token.cookie(new URL(core.url()).port))
      .send(
        shell(
          core.settings.team.name,
          token.value,
          core.settings.users.find((user) => mayAct(core, user.id))?.id ?? "",
        ),
      ),
  );

  // Permalinks lead to the message inside the page.
  server.get<{ Params: { channel: string; ts: string }; Querystring: { thread_ts?: string } }>(
    "/archives/:channel/:ts",
    async (request, reply) => {
      const { channel, ts } = request.params;
      const dotted = ts.replace(/^p(\d+)(\d{6})$/, "$1.$2");
      const thread = request.query.thread_ts ?? "";
      return reply.redirect(`/#/${encodeURIComponent(channel)}/${encodeURIComponent(thread || dotted)}`);
    },
  );

  server.get<{ Params: { name: string } }>("/assets/:name", async (request, reply) => {
    const asset = assets.get(request.params.name);
    if (!asset) return reply.code(404).type("text/plain").send("not found");
    return reply
      .type(asset.type)
      .header("cache-control", "no-cache")
      .header("x-content-type-options", "nosniff")
      .send(asset.bytes);
  });

  server.get<{ Querystring: { as?: string; channel?: string } }>("/ui/:what", async (request, reply) => {
    const { as = "", channel } = request.query;
    if (!token.inCookie(request))
      return reply.code(403).send({ error: "Reload the page: the local Slack was restarted." });
    if (!mayAct(core, as)) return reply.code(400).send({ error: "unknown user" });
    const what = (request.params as { readonly what: string }).what;
    if (what === "workspace") return snapshot(core, as);
    if (what === "stream") return stream(core, as, reply);
    if (what === "conversation" && channel !== undefined)
      return conversationOf(core, as, channel) ?? reply.code(404).send({ error: "no such conversation" });
    return reply.code(404).send({ error: "not found" });
  });

  server.post<{ Params: { act: string } }>("/ui/:act", async (request, reply) => {
    if (!token.inHeader(request))
      return reply.code(403).send({ error: "Reload the page: the local Slack was restarted." });
    const schema = Object.hasOwn(acts, request.params.act) ? request.params.act : undefined;
    if (schema === undefined) return reply.code(404).send({ error: "not found" });
    return await act(core, schema, parseJson(bodyBytes(request).toString("utf8")), reply);
  });
}
