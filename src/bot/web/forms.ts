import type { FastifyRequest } from "fastify";
import type { Viewer } from "./admit.ts";
import type { Seal } from "./seal.ts";

export type Form = Readonly<Record<string, string>>;

/** Fields of a form as browsers send it; of two with one name the last counts. */
export function parseForm(body: string): Form {
  return Object.fromEntries(new URLSearchParams(body));
}

/**
 * Whether a form was sent from one of our own pages: by the Origin header, which no page of anybody else can set. Browsers
 * that leave it out say so in Sec-Fetch-Site.
 */
export function sameOrigin(request: FastifyRequest, ownUrl: string | undefined): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return request.headers["sec-fetch-site"] === "same-origin";
  return ownUrl === undefined ? origin === `http://${host ?? ""}` : origin === new URL(ownUrl).origin;
}

export const csrfToken = (seal: Seal, viewer: Viewer) => seal.sign("form", viewer.subject);

/** The token in the form belongs to the one who sends it. */
export function ownForm(seal: Seal, viewer: Viewer, form: Form): boolean {
  return seal.matches("form", viewer.subject, form["csrf"] ?? "");
}

/** What a form came to, on its way through a cookie to the page that shows it: another site may set cookies too, but not for this reader. */
export function sealNote(seal: Seal, viewer: Viewer, text: string): string {
  const note = Buffer.from(text).toString("base64url");
  return `${note}.${seal.sign("note", `${viewer.subject}\n${note}`)}`;
}

/** Undefined for what we have not told this reader. */
export function openNote(seal: Seal, viewer: Viewer, sealed: string): string | undefined {
  const [note = "", signature = ""] = sealed.split(".");
  return seal.matches("note", `${viewer.subject}\n${note}`, signature)
    ? Buffer.from(note, "base64url").toString("utf8")
    : undefined;
}

/** A path of ours to go back to; anything else leads to the list. */
export function localPath(path: string | undefined): string {
  return path && /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(path) ? path : "/incidents";
}
