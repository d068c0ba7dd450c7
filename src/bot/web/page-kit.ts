import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../../lib/logger.ts";
import type { AdmitOptions, Viewer } from "./admit.ts";
import type { Form } from "./forms.ts";
import type { Decisions, MailChoice, PagesPort, People, SessionStore } from "./pages-port.ts";
import type { Page } from "./render.ts";
import type { Signer } from "./signer.ts";

export interface PagesOptions {
  readonly cluster: string;
  readonly pages: PagesPort;
  /** Signs links, sessions and forms. */
  readonly signer: Signer;
  readonly sessions: SessionStore;
  readonly signIn: Pick<AdmitOptions, "slackLinks" | "proxy"> & { readonly sessionHours: number };
  /** Under which people reach the pages. */
  readonly url?: string | undefined;
  readonly people: People;
  /** Present when people may decide in the pages. */
  readonly decisions?: Decisions | undefined;
  /** Present when mails are sent, which their readers may end. */
  readonly mail?: MailChoice | undefined;
  readonly log: Logger;
  readonly now?: () => number;
}

/** What the route files work with. */
export interface PageKit {
  readonly options: PagesOptions;
  readonly https: boolean;
  readonly cookies: { readonly session: string; readonly note: string; readonly theme: string };
  /** Answers with a page; `viewer` is absent on the pages that strangers may see. */
  show(
    request: FastifyRequest,
    reply: FastifyReply,
    what: { template: string; page: Page; data?: unknown; viewer?: Viewer; status?: number },
  ): FastifyReply;
  refuse(request: FastifyRequest, reply: FastifyReply, status: number, text: string, viewer?: Viewer): FastifyReply;
  /** The reader; undefined when the answer has been sent already. */
  admitted(request: FastifyRequest, reply: FastifyReply): Promise<Viewer | undefined>;
  /**
   * The fields of a form that one of our own pages sent; undefined when the answer has been sent already. Forms of strangers are
   * counted by address, which behind a proxy is one for all, unless they hold something of ours that names them (`holder`).
   */
  formOf(request: FastifyRequest, reply: FastifyReply, viewer?: Viewer, holder?: string): Form | undefined;
}
