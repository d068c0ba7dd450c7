import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { secretToken } from "../ids.ts";

/**
 * What our own page has and other pages cannot get: a value made at every start, given to the page as a cookie (for
 * reading and images) and inside its HTML (sent back in a header with everything that acts).
 */
export interface PageToken {
  readonly value: string;
  /** Set-Cookie header. Ports share cookies, so the name carries the port. */
  cookie(port: string): string;
  inCookie(request: FastifyRequest): boolean;
  inHeader(request: FastifyRequest): boolean;
}

/** Compared in constant time. A cookie of any name will do: the value alone proves it. */
export function createPageToken(): PageToken {
  const value = secretToken();
  const matches = (given: string) =>
    given.length === value.length && timingSafeEqual(Buffer.from(given), Buffer.from(value));
  return {
    value,
    cookie: (port) => `local_slack_${port}=${value}; Path=/; HttpOnly; SameSite=Strict`,
    inCookie: (request) =>
      (request.headers.cookie ?? "").split(/;\s*/).some((pair) => matches(pair.slice(pair.indexOf("=") + 1))),
    inHeader: (request) => matches(String(request.headers["x-page-token"] ?? "")),
  };
}
