import { type FastifyInstance, fastify } from "fastify";
import { bodyBytes, takeRawBodies } from "./api/body.ts";
import { parseMultipart } from "./api/multipart.ts";
import { type ApiParts, apiRoutes } from "./api/routes.ts";
import { answerMessage } from "./bot/answer-message.ts";
import type { Core } from "./core.ts";
import { fieldsOf, parseJson } from "./json.ts";
import type { PageToken } from "./page/page-token.ts";
import { pageRoutes } from "./page/routes.ts";
import { isShownAsImage } from "./state/file.ts";

/** The HTTP server with all routes, not listening yet. */
export async function createServer(parts: ApiParts, pageToken: PageToken): Promise<FastifyInstance> {
  const { core } = parts;
  const server = fastify({ logger: false, forceCloseConnections: true, routerOptions: { maxParamLength: 300 } });
  takeRawBodies(server, core.settings.limits.fileBytes + 1_000_000);
  refuseOtherSites(server, core);
  apiRoutes(server, parts);
  answerRoutes(server, core);
  fileRoutes(server, core, pageToken);
  await pageRoutes(server, core, pageToken);
  server.server.on("upgrade", (request, socket) => {
    if (!isOurHost(core, request.headers.host) || !core.socketMode.upgrade(request, socket)) socket.destroy();
  });
  return server;
}

const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

function isOurHost(core: Core, host: string | undefined): boolean {
  if (host === undefined) return false;
  const url = URL.parse(`http://${host}`);
  return url !== null && loopbackNames.has(url.hostname) && url.port === new URL(core.url()).port;
}

/**
 * A page of another site must not reach this server: a foreign Host is DNS rebinding, a foreign Origin a script or
 * form elsewhere. Clients that are not browsers send no Origin.
 */
function refuseOtherSites(server: FastifyInstance, core: Core): void {
  server.addHook("onRequest", async (request, reply) => {
    const origin = request.headers.origin;
    const sameOrigin = origin === undefined || isOurHost(core, origin.replace(/^http:\/\//, ""));
    const site = request.headers["sec-fetch-site"];
    const crossSite = site === "cross-site" && request.headers["sec-fetch-mode"] !== "navigate";
    if (isOurHost(core, request.headers.host) && sameOrigin && !crossSite) return;
    await reply.code(403).type("text/plain").send("Only this machine's own page and bot may use the local Slack.\n");
  });
}

/** response_urls of the three kinds of interaction. */
function answerRoutes(server: FastifyInstance, core: Core): void {
  for (const kind of ["actions", "commands", "app"])
    server.post<{ Params: { token: string } }>(`/${kind}/:team/:token`, async (request, reply) => {
      const use = core.responseUrls.use(request.params.token);
      if (use.kind === "refused") return reply.code(404).send({ ok: false, error: use.error });
      const body = parseJson(bodyBytes(request).toString("utf8"));
      if (body === undefined) return reply.code(400).type("text/plain").send("invalid_payload");
      const refusal = answerMessage(core, use.target, fieldsOf(body));
      if (refusal !== undefined) return reply.code(404).send({ ok: false, error: refusal });
      return reply.type("text/plain").send("ok");
    });
}

/** Uploads, and the bytes of files for the bot (by token) and the page (by cookie). */
function fileRoutes(server: FastifyInstance, core: Core, pageToken: PageToken): void {
  const { uploads, files } = core.workspace;
  server.post<{ Params: { id: string } }>("/upload/v1/:id", async (request, reply) => {
    const upload = uploads.get(request.params.id);
    if (!upload) return reply.code(404).type("text/plain").send("not found");
    const type = request.headers["content-type"] ?? "";
    const body = bodyBytes(request);
    const bytes = type.includes("multipart/") ? parseMultipart(body, type).find((part) => part.filename)?.bytes : body;
    if (!bytes || bytes.length !== upload.length)
      return reply.code(400).type("text/plain").send("The upload's length differs from the announced one.");
    uploads.set(upload.id, { ...upload, bytes: Buffer.from(bytes) });
    return reply.type("text/plain").send(`OK - ${bytes.length}`);
  });

  server.get<{ Params: { "*": string } }>("/files-pri/*", async (request, reply) => {
    const isBot = request.headers.authorization === `Bearer ${core.settings.botToken}`;
    if (!isBot && !pageToken.inCookie(request)) return reply.code(403).type("text/plain").send("forbidden");
    const id = /F[A-Z0-9]{8,}/.exec(request.params["*"])?.[0] ?? "";
    const file = files.get(id);
    if (!file) return reply.code(404).type("text/plain").send("not found");
    const asText = file.mimetype.startsWith("text/") || file.mimetype === "application/json";
    const type = isShownAsImage(file.mimetype)
      ? file.mimetype
      : asText
        ? "text/plain; charset=utf-8"
        : "application/octet-stream";
    return reply
      .header("content-type", type)
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("x-content-type-options", "nosniff")
      .header("cache-control", "private, max-age=300")
      .send(file.bytes);
  });
}
