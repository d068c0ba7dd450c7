import type { FastifyInstance } from "fastify";
import type { Form } from "./forms.ts";
import type { PageKit } from "./page-kit.ts";
import type { MailChoice } from "./pages-port.ts";
import type { Signer } from "./signer.ts";

const path = "/unsubscribe";
const purpose = "mail";

/** The address that ends the mails to `address`; it proves by itself that we made it. RFC 8058. */
export function unsubscribeUrl(signer: Signer, webUrl: string, address: string): string {
  const url = new URL(path, webUrl);
  url.searchParams.set("to", address);
  url.searchParams.set("sig", signer.sign(purpose, address));
  return url.href;
}

interface Asked {
  readonly Querystring: { readonly to?: string; readonly sig?: string };
}

/**
 * Ends the mails to an address. Whoever holds the link may do it: it came with a mail to that address. Looking at it changes
 * nothing, since mailboxes open links by themselves; the POST does, which a mailbox's own button sends without any cookie.
 */
export function unsubscribeRoutes(scope: FastifyInstance, kit: PageKit, choice: MailChoice): void {
  const addressOf = ({ to, sig }: Asked["Querystring"]): string | undefined =>
    to !== undefined && sig !== undefined && to.length < 320 && kit.options.signer.matches(purpose, to, sig)
      ? to
      : undefined;

  scope.get<Asked>(path, async (request, reply) => {
    const address = addressOf(request.query);
    if (address === undefined) return kit.refuse(request, reply, 404, "This link is not complete, or not one of ours.");
    const data = { address, href: request.url, state: await choice.stateOf(address) };
    return kit.show(request, reply, { template: "unsubscribe", page: { title: "Mail" }, data });
  });
  scope.post<Asked>(path, async (request, reply) => {
    const address = addressOf(request.query);
    if (address === undefined) return kit.refuse(request, reply, 404, "This link is not complete, or not one of ours.");
    const said = (request.body ?? {}) as Form;
    const again = said["again"] === "yes";
    // RFC 8058, 3.1: what a mailbox's button sends. Anything else that posts to addresses which it finds in mails ends nothing.
    const end = said["List-Unsubscribe"] === "One-Click" || said["end"] === "yes";
    if (!again && !end)
      return kit.refuse(
        request,
        reply,
        400,
        "This request does not say what it wants. Open the link, and press the button.",
      );
    if (again) await choice.takeAgain(address);
    else await choice.leaveAlone(address);
    const data = { address, href: request.url, done: true, state: await choice.stateOf(address) };
    return kit.show(request, reply, { template: "unsubscribe", page: { title: "Mail" }, data });
  });
}
