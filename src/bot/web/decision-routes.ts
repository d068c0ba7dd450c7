import type { FastifyInstance } from "fastify";
import type { Person } from "../../incident/approval.ts";
import { untilToken } from "../../lib/until-token.ts";
import { approvalText } from "../slack/render/approval-words.ts";
import { cut } from "../words.ts";
import type { Viewer } from "./admit.ts";
import { setCookie } from "./cookies.ts";
import { type Form, signNote } from "./forms.ts";
import type { PageKit } from "./page-kit.ts";
import type { Decisions } from "./pages-port.ts";

const maxNoteChars = 1_000;

/** Does what a form asks. @returns what to tell the person. */
type Act = (decisions: Decisions, incidentId: string, form: Form, by: Person) => Promise<string>;

const noteOf = (form: Form) => untilToken((form["note"] ?? "").trim(), maxNoteChars);

/** Six digits, however they were grouped. */
const codeOf = (form: Form) => (form["code"] ?? "").replace(/\s/g, "").slice(0, 20) || undefined;

/** What somebody filled in for parameters that only a person knows, whole: a value without its end would be another change. */
const valuesOf = (form: Form): Form =>
  Object.fromEntries(
    Object.entries(form).flatMap(([name, text]) => (name.startsWith("param.") ? [[name.slice(6), text]] : [])),
  );

const gone = { ok: false, text: "This fix is no longer offered; the page shows the present ones." } as const;

const acts: Readonly<Record<string, Act>> = {
  async approve(decisions, _id, form, by) {
    const note = noteOf(form);
    return approvalText(
      await decisions.approve(form["plan"] ?? "", form["digest"] ?? "", by, note || undefined, codeOf(form)),
    );
  },
  async reject(decisions, _id, form, by) {
    const note = noteOf(form);
    if (!note) return "Nothing was done: say why you reject it, so that the next one who looks knows.";
    return (await decisions.reject(form["plan"] ?? "", by, note)).text;
  },
  undo: async (decisions, _id, form, by) => (await decisions.undo(form["plan"] ?? "", by, codeOf(form))).text,
  acknowledge: async (decisions, id, _form, by) => (await decisions.acknowledge(id, by)).text,
  resolve: async (decisions, id, _form, by) => (await decisions.resolve(id, by)).text,
  reopen: async (decisions, id, _form, by) => (await decisions.reopen(id, by)).text,
  "not-this-cause": async (decisions, id, _form, by) => (await decisions.notThisCause(id, by)).text,
  async replan(decisions, id, form, by) {
    const recommendation = form["recommendation"] ?? "";
    const values = valuesOf(form);
    const made =
      Object.keys(values).length > 0
        ? await decisions.replanWith(id, recommendation, values, by)
        : await decisions.replan(id, recommendation, {}, by).then((fix) => (fix ? ({ ok: true, fix } as const) : gone));
    if (!made.ok) return made.text;
    if (made.fix.plan?.plan.state === "proposed") return "The plan below is fresh: read its change, then decide.";
    return `No plan was made: ${made.fix.refusal?.detail ?? "this fix cannot be planned now."}`;
  },
};

/**
 * Decisions in the pages: by people who are known as in Slack, through the same desk and therefore the same policy. Who
 * somebody is, is asked anew each time: a session outlives a guest's rights.
 */
export function decisionRoutes(scope: FastifyInstance, kit: PageKit, decisions: Decisions): void {
  const { people, log } = kit.options;
  const identify = (viewer: Viewer) =>
    viewer.kind === "session"
      ? people.slackUser(viewer.slackUser)
      : viewer.kind === "proxied"
        ? people.proxied(viewer.name)
        : undefined;
  for (const [name, act] of Object.entries(acts)) {
    scope.post<{ Params: { id: string } }>(`/incidents/:id/${name}`, async (request, reply) => {
      const viewer = await kit.admitted(request, reply);
      if (!viewer) return reply;
      const form = kit.formOf(request, reply, viewer);
      if (!form) return reply;
      const { id } = request.params;
      const identity = await identify(viewer);
      if (!identity) return kit.refuse(request, reply, 403, "Nobody is known here: decisions need web.signIn.", viewer);
      if (!identity.ok) return kit.refuse(request, reply, 403, identity.reason, viewer);
      if (!/^\d{1,18}$/.test(id)) return kit.refuse(request, reply, 404, "There is no such incident.", viewer);
      const text = await act(decisions, id, form, identity.person);
      log.info({ incident: id, act: name, person: identity.person.id }, "web.decided");
      const note = setCookie(kit.cookies.note, signNote(kit.options.signer, viewer, cut(text, 600)), {
        secure: kit.https,
        maxAgeSeconds: 60,
      });
      return reply.header("set-cookie", note).redirect(`/incidents/${id}`, 303);
    });
  }
}
