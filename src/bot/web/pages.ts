import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import { messageOf } from "../../lib/app-error.ts";
import { createAdmit, type Viewer } from "./admit.ts";
import { loadAssets } from "./assets.ts";
import { cookieOf, dropCookie, setCookie } from "./cookies.ts";
import { decisionRoutes } from "./decision-routes.ts";
import { csrfToken, type Form, localPath, openNote, ownForm, parseForm, sameOrigin } from "./forms.ts";
import { secure } from "./headers.ts";
import type { PageKit, PagesOptions } from "./page-kit.ts";
import { createRateLimit } from "./rate-limit.ts";
import { readRoutes } from "./read-routes.ts";
import { createRender, type PageContext, type Theme } from "./render.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { unsubscribeRoutes } from "./unsubscribe-routes.ts";

const why = {
  "sign-in": "These pages are for people who have signed in.",
  "not-local":
    "No sign-in is set up, so these pages are shown only on the machine that kubemend runs on. See docs/web.md: web.signIn.",
  "not-from-proxy": "The request says who you are, but it did not come from the proxy that may say so.",
} as const;

const maxFormBytes = 65_536;
const jsonType = /^application\/json/;

function themeOf(request: FastifyRequest, name: string): Theme {
  const value = cookieOf(request.headers.cookie, name);
  return value === "light" || value === "dark" ? value : "auto";
}

/** Headings of the pages that are not what was asked for. */
const titles: Readonly<Record<number, string>> = {
  401: "Sign in first",
  404: "Not found",
  429: "One moment",
  500: "That did not work",
};

/** The pages: everything people can read of incidents in a browser, and, where it is allowed, decide. */
export function pageRoutes(options: PagesOptions): FastifyPluginAsync {
  return async (scope) => {
    const assets = await loadAssets();
    const render = createRender(assets);
    const https = options.url?.startsWith("https:") ?? false;
    const now = options.now ?? Date.now;
    // The prefix makes browsers refuse the cookie unless it came over TLS from this very host.
    const cookies = {
      session: https ? "__Host-kubemend" : "kubemend_session",
      note: "kubemend_note",
      theme: "kubemend_theme",
    };
    const { slackLinks, proxy } = options.signIn;
    const admit = createAdmit({
      slackLinks,
      ...(proxy ? { proxy } : {}),
      cookieName: cookies.session,
      signer: options.signer,
      sessions: options.sessions,
    });
    const reading = createRateLimit({ burst: 120, perSecond: 20 });
    const sending = createRateLimit({ burst: 20, perSecond: 0.5 });

    const contextOf = (request: FastifyRequest, viewer: Viewer | undefined): PageContext => {
      const told = viewer && cookieOf(request.headers.cookie, cookies.note);
      const note = told && openNote(options.signer, viewer, told);
      return {
        cluster: options.cluster,
        theme: themeOf(request, cookies.theme),
        here: request.method === "GET" ? request.url : "/incidents",
        admitted: viewer !== undefined,
        canSignOut: viewer?.kind === "session",
        canDecide: options.decisions !== undefined && viewer !== undefined && viewer.kind !== "local",
        csrf: viewer ? csrfToken(options.signer, viewer) : "",
        ...(viewer && viewer.kind !== "local" ? { reader: viewer.name } : {}),
        ...(note ? { note } : {}),
      };
    };
    const kit: PageKit = {
      options,
      https,
      cookies,
      show(request, reply, { template, page, data, viewer, status = 200 }) {
        const context = contextOf(request, viewer);
        if (context.note !== undefined) void reply.header("set-cookie", dropCookie(cookies.note, https));
        return reply
          .code(status)
          .type("text/html; charset=utf-8")
          .send(render(template, page, context, data ?? {}));
      },
      refuse: (request, reply, status, text, viewer) =>
        kit.show(request, reply, {
          template: "message",
          page: { title: titles[status] ?? "Not possible" },
          data: { text, slackLinks: status === 401 && slackLinks },
          status,
          ...(viewer ? { viewer } : {}),
        }),
      async admitted(request, reply) {
        const admission = await admit(request);
        if (!admission.ok) {
          kit.refuse(request, reply, admission.reason === "sign-in" ? 401 : 403, why[admission.reason]);
          return undefined;
        }
        const { viewer } = admission;
        const wait = reading.take(viewer.kind === "local" ? "local" : viewer.subject, now());
        if (wait === 0) return viewer;
        kit.refuse(request, reply.header("retry-after", String(wait)), 429, "Too many requests; wait a moment.");
        return undefined;
      },
      formOf(request, reply, viewer, holder) {
        const wait = sending.take(viewer?.subject ?? holder ?? request.ip, now());
        if (wait > 0) {
          kit.refuse(request, reply.header("retry-after", String(wait)), 429, "Too many requests; wait a moment.");
          return undefined;
        }
        const form = (request.body ?? {}) as Form;
        if (sameOrigin(request, options.url) && (!viewer || ownForm(options.signer, viewer, form))) return form;
        kit.refuse(
          request,
          reply,
          403,
          "This form did not come from these pages, or is too old. Nothing was done; open the page again.",
        );
        return undefined;
      },
    };

    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: maxFormBytes },
      (_request, body, done) => done(null, parseForm(String(body))),
    );
    scope.addHook("onRequest", async (_request, reply) => void secure(reply, { https }));
    scope.setErrorHandler((error, request, reply) => {
      const status = Number(Reflect.get(error as object, "statusCode") ?? 500);
      if (status >= 400 && status < 500) return kit.refuse(request, reply, status, messageOf(error));
      options.log.error({ path: request.routeOptions.url, error: messageOf(error) }, "web.page-failed");
      return kit.refuse(
        request,
        reply,
        500,
        "This page could not be made; the reason is in kubemend's log. Nothing was changed. Try again in a moment.",
      );
    });
    scope.setNotFoundHandler(async (request, reply) => {
      if (jsonType.test(request.headers.accept ?? "")) return reply.code(404).send({ error: "not found" });
      const admission = await admit(request);
      return kit.refuse(request, reply, 404, "There is no such page.", admission.ok ? admission.viewer : undefined);
    });

    scope.get<{ Params: { name: string }; Querystring: { v?: string } }>("/assets/:name", async (request, reply) => {
      const asset = assets.get(request.params.name);
      if (!asset) return reply.code(404).type("text/plain").send("not found\n");
      const known = request.query.v === asset.version;
      return reply
        .type(asset.type)
        .header("cache-control", known ? "public, max-age=31536000, immutable" : "no-cache")
        .removeHeader("vary")
        .send(asset.bytes);
    });
    scope.post("/theme", async (request, reply) => {
      const form = kit.formOf(request, reply);
      if (!form) return reply;
      const to = form["to"] === "light" || form["to"] === "dark" ? form["to"] : "";
      const cookie = setCookie(cookies.theme, to, { secure: https, maxAgeSeconds: to ? 31_536_000 : 0 });
      return reply.header("set-cookie", cookie).redirect(localPath(form["back"]), 303);
    });
    readRoutes(scope, kit);
    signInRoutes(scope, kit);
    if (options.mail) unsubscribeRoutes(scope, kit, options.mail);
    if (options.decisions) decisionRoutes(scope, kit, options.decisions);
  };
}
