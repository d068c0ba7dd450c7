import type { FastifyRequest } from "fastify";
import { addressList, isLocalHost, isLoopback } from "./addresses.ts";
import { cookieOf } from "./cookies.ts";
import type { SessionStore } from "./pages-port.ts";
import type { Signer } from "./signer.ts";

/** Who reads. `subject` is what the reader's forms are bound to. */
export type Viewer =
  | { readonly kind: "local"; readonly subject: string }
  | { readonly kind: "session"; readonly subject: string; readonly name: string; readonly slackUser: string }
  | { readonly kind: "proxied"; readonly subject: string; readonly name: string };

export type Admission =
  | { readonly ok: true; readonly viewer: Viewer }
  | { readonly ok: false; readonly reason: "sign-in" | "not-local" | "not-from-proxy" };

export interface AdmitOptions {
  readonly slackLinks: boolean;
  readonly proxy?: { readonly header: string; readonly addresses: readonly string[] };
  readonly cookieName: string;
  readonly signer: Signer;
  readonly sessions: SessionStore;
}

/** Headers of those who pass requests on. What came through them is not from this machine, whatever its address. */
const passedOn = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** A name or an address, as header values go; nothing that hides or goes on for ever. */
const userName = /^[\x21-\x7e\u00a1-\u00ff][\x20-\x7e\u00a0-\u00ff]{0,199}$/;

/**
 * Decides who may read, denying by default: with a sign-in configured those who are signed in; without one only people at
 * this very machine.
 */
export function createAdmit(options: AdmitOptions): (request: FastifyRequest) => Promise<Admission> {
  const { slackLinks, proxy, cookieName, signer, sessions } = options;
  const fromProxy = proxy && addressList(proxy.addresses);
  return async (request) => {
    const address = request.socket.remoteAddress ?? "";
    if (!slackLinks && !proxy) {
      const direct = passedOn.every((name) => request.headers[name] === undefined);
      return direct && isLoopback(address) && isLocalHost(request.headers.host)
        ? { ok: true, viewer: { kind: "local", subject: "local" } }
        : { ok: false, reason: "not-local" };
    }
    const claims = proxy && request.raw.headersDistinct[proxy.header.toLowerCase()];
    if (claims !== undefined) {
      const [claimed = "", another] = claims;
      // Sent twice, nobody knows which one the proxy has set. Node joins them into one otherwise.
      if (!fromProxy?.(address) || another !== undefined || !userName.test(claimed))
        return { ok: false, reason: "not-from-proxy" };
      return { ok: true, viewer: { kind: "proxied", subject: `proxied ${claimed}`, name: claimed } };
    }
    const cookie = slackLinks ? cookieOf(request.headers.cookie, cookieName) : undefined;
    const idHash = cookie && signer.digestOf("session", cookie);
    const session = idHash ? await sessions.sessionOf(idHash) : undefined;
    if (!idHash || !session) return { ok: false, reason: "sign-in" };
    return { ok: true, viewer: { kind: "session", subject: idHash, ...session } };
  };
}
