import type { FastifyRequest } from "fastify";
import type { Viewer } from "./admit.ts";
import type { Signer } from "./signer.ts";

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

/** The same for all forms of one reader, for as long as the key stands; worth nothing to another reader. */
export const csrfToken = (signer: Signer, viewer: Viewer) => signer.sign("form", viewer.subject);

/** The token in the form belongs to the one who sends it. */
export function ownForm(signer: Signer, viewer: Viewer, form: Form): boolean {
  return signer.matches("form", viewer.subject, form["csrf"] ?? "");
}

/** What a form came to, on its way through a cookie to the page that shows it: another site may set cookies too, but not for this reader. */
export function signNote(signer: Signer, viewer: Viewer, text: string): string {
  const note = Buffer.from(text).toString("base64url");
  return `${note}.${signer.sign("note", `${viewer.subject}\n${note}`)}`;
}

/** Undefined for what we have not told this reader. */
export function openNote(signer: Signer, viewer: Viewer, signed: string): string | undefined {
  const [note = "", signature = ""] = signed.split(".");
  return signer.matches("note", `${viewer.subject}\n${note}`, signature)
    ? Buffer.from(note, "base64url").toString("utf8")
    : undefined;
}

/** A path of ours to go back to; anything else leads to the list. */
export function localPath(path: string | undefined): string {
  return path && /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(path) ? path : "/incidents";
}
