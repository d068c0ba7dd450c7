import type { FastifyInstance } from "fastify";
import { cookieOf, dropCookie, setCookie } from "./cookies.ts";
import type { Form } from "./forms.ts";
import type { PageKit } from "./page-kit.ts";
import type { SessionStore } from "./pages-port.ts";
import type { Signer } from "./signer.ts";

/** How long a link waits to be opened. */
const linkMinutes = 5;

/** Makes the one-time link that signs a Slack user in; the address stays secret between Slack and that user. */
export async function makeSignInLink(
  deps: { readonly signer: Signer; readonly sessions: Pick<SessionStore, "keepLink">; readonly url: string },
  slackUser: string,
): Promise<string> {
  const token = deps.signer.issue("link");
  const tokenHash = deps.signer.digestOf("link", token) ?? "";
  await deps.sessions.keepLink({ tokenHash, slackUser, minutes: linkMinutes });
  return new URL(`/sign-in?token=${token}`, deps.url).href;
}

const stale = "This link has been used or is older than five minutes. Ask for a new one in Slack with /incident web.";

/**
 * Signing in and out. Opening the link only asks; the button signs in and uses the link up, so that previews and scanners
 * that open every link cannot.
 */
export function signInRoutes(scope: FastifyInstance, kit: PageKit): void {
  const { signer, sessions, people, signIn, log } = kit.options;
  const { session: cookieName } = kit.cookies;
  if (signIn.slackLinks) {
    scope.get<{ Querystring: { token?: unknown } }>("/sign-in", async (request, reply) => {
      const token = String(request.query.token ?? "");
      const hash = signer.digestOf("link", token);
      const slackUser = hash && (await sessions.linkOf(hash));
      if (!slackUser) return kit.refuse(request, reply, 410, stale);
      const identity = await people.slackUser(slackUser);
      if (!identity.ok) return kit.refuse(request, reply, 403, identity.reason);
      return kit.show(request, reply, {
        template: "sign-in",
        page: { title: "Sign in" },
        data: { token, name: identity.person.name, hours: signIn.sessionHours },
      });
    });
    scope.post("/sign-in", async (request, reply) => {
      const hash = signer.digestOf("link", (request.body as Form | undefined)?.["token"] ?? "");
      const form = kit.formOf(request, reply, undefined, hash && `link ${hash}`);
      if (!form) return reply;
      const slackUser = hash && (await sessions.takeLink(hash));
      if (!slackUser) return kit.refuse(request, reply, 410, stale);
      const identity = await people.slackUser(slackUser);
      if (!identity.ok) return kit.refuse(request, reply, 403, identity.reason);
      const secret = signer.issue("session");
      const idHash = signer.digestOf("session", secret) ?? "";
      const { sessionHours: hours } = signIn;
      await sessions.openSession({ idHash, slackUser, name: identity.person.name, hours });
      // Of one browser one session is known; the one before would live on unseen.
      const before = cookieOf(request.headers.cookie, cookieName);
      const beforeHash = before && signer.digestOf("session", before);
      if (beforeHash) await sessions.endSession(beforeHash);
      log.info({ person: identity.person.id }, "web.signed-in");
      const cookie = setCookie(cookieName, secret, { secure: kit.https, maxAgeSeconds: hours * 3_600 });
      return reply.header("set-cookie", cookie).redirect("/incidents", 303);
    });
  }
  scope.post("/sign-out", async (request, reply) => {
    const viewer = await kit.admitted(request, reply);
    if (!viewer) return reply;
    if (!kit.formOf(request, reply, viewer)) return reply;
    const cookie = cookieOf(request.headers.cookie, cookieName);
    const idHash = cookie && signer.digestOf("session", cookie);
    if (idHash) await sessions.endSession(idHash);
    return reply.header("set-cookie", dropCookie(cookieName, kit.https)).redirect("/incidents", 303);
  });
}
