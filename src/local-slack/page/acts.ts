import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Core } from "../core.ts";
import { clickInMessage, clickInView } from "../people/click.ts";
import { openHome } from "../people/open-home.ts";
import { say } from "../people/say.ts";
import { useShortcut } from "../people/shortcut.ts";
import { slash } from "../people/slash.ts";
import { closeView, submitView } from "../people/submit.ts";
import { suggest } from "../people/suggest.ts";
import { react } from "../reactions.ts";
import { mayAct } from "./snapshot.ts";

const id = z.string().min(1).max(300);
const entered = z.union([z.string().max(20_000), z.number(), z.array(z.string().max(300)).max(200), z.null()]);
const values = z.record(id, z.record(id, entered));
const who = { as: id };

/** What the page may ask for, by name, each with its fields. */
export const acts = {
  say: { schema: z.strictObject({ ...who, channel: id, text: z.string().max(40_000), thread_ts: id.optional() }) },
  slash: { schema: z.strictObject({ ...who, channel: id, line: z.string().max(10_000) }) },
  click: {
    schema: z.strictObject({
      ...who,
      channel: id.optional(),
      ts: id.optional(),
      view_id: id.optional(),
      action_id: id,
      block_id: id,
      value: entered.optional(),
      entered: values.optional(),
    }),
  },
  submit: { schema: z.strictObject({ ...who, view_id: id, entered: values }) },
  close: { schema: z.strictObject({ ...who, view_id: id }) },
  home: { schema: z.strictObject({ ...who, tab: z.enum(["home", "messages"]) }) },
  react: { schema: z.strictObject({ ...who, channel: id, ts: id, name: z.string().regex(/^[a-z0-9_+'-]{1,100}$/) }) },
  shortcut: { schema: z.strictObject({ ...who, callback_id: id, channel: id.optional(), ts: id.optional() }) },
  suggest: {
    schema: z.strictObject({
      ...who,
      channel: id.optional(),
      ts: id.optional(),
      view_id: id.optional(),
      action_id: id,
      block_id: id,
      value: z.string().max(300),
    }),
  },
} as const;

type Name = keyof typeof acts;
type Body<N extends Name> = z.infer<(typeof acts)[N]["schema"]>;
type Does = { readonly [N in Name]: (core: Core, body: Body<N>) => unknown };

const does: Does = {
  say: (core, { as, channel, text, thread_ts }) => {
    const message = say(core, { userId: as, channel, text, threadTs: thread_ts });
    return message ? { ok: true, ts: message.ts } : { ok: false, error: "not_in_channel" };
  },
  slash: (core, { as, channel, line }) => slash(core, { userId: as, channel, line }),
  click: (
    core,
    { as, channel, ts, view_id: viewId, action_id: actionId, block_id: blockId, value, entered: filled },
  ) => {
    const click = { userId: as, actionId, blockId, value, entered: filled };
    if (viewId !== undefined) return clickInView(core, { ...click, viewId });
    return clickInMessage(core, { ...click, channel: channel ?? "", ts: ts ?? "" });
  },
  submit: (core, { as, view_id: viewId, entered: filled }) => submitView(core, { userId: as, viewId, entered: filled }),
  close: (core, { as, view_id: viewId }) => closeView(core, { userId: as, viewId }),
  home: (core, { as, tab }) => {
    openHome(core, as, tab);
    return { ok: true };
  },
  react: (core, { as, channel, ts, name }) => {
    const room = core.workspace.rooms.get(channel);
    const message = room?.messages.get(ts);
    if (!room?.members.has(as) || !message) return { ok: false, error: "message_not_found" };
    const has = message.reactions?.some((reaction) => reaction.name === name && reaction.users.includes(as));
    react(core, room, message, name, as, has === true ? "remove" : "add");
    return { ok: true };
  },
  shortcut: (core, { as, callback_id: callbackId, channel, ts }) =>
    useShortcut(core, { userId: as, callbackId, channel, ts }),
  suggest: async (core, { as, action_id: actionId, block_id: blockId, view_id: viewId, ...rest }) => ({
    ok: true,
    options: await suggest(core, { userId: as, actionId, blockId, viewId, ...rest }),
  }),
};

/** Checks what the page sent and does it. */
export async function act(core: Core, name: string, body: unknown, reply: FastifyReply): Promise<unknown> {
  const run = async <N extends Name>(which: N): Promise<unknown> => {
    const parsed = acts[which].schema.safeParse(body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    if (!mayAct(core, parsed.data.as)) return reply.code(400).send({ error: "unknown user" });
    return await does[which](core, parsed.data as Body<N>);
  };
  return await run(name as Name);
}
