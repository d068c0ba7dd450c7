import type { FastifyReply } from "fastify";

/** Everything comes from this server: no inline script or style, no other origin, nobody frames us. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What every answer of the pages carries. Pages are never kept by anybody; assets say otherwise afterwards. */
export function secure(reply: FastifyReply, options: { readonly https: boolean }): FastifyReply {
  void reply.headers({
    "content-security-policy": contentPolicy,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
    vary: "cookie",
  });
  if (options.https) void reply.header("strict-transport-security", "max-age=31536000");
  return reply;
}
