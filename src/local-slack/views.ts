import { stateValues } from "./blocks/element-value.ts";
import { fillBlocks } from "./blocks/fill-blocks.ts";
import type { Core } from "./core.ts";
import { secretToken, slackId } from "./ids.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./json.ts";
import type { View } from "./state/view.ts";

/** Slack stacks at most three modals. */
export const mostModals = 3;

/** Where a view stands among a person's modals. */
export interface Place {
  readonly root?: string | undefined;
  readonly previous?: string | undefined;
  /** The view it replaces: keeps id and place, and what people entered under the same ids. */
  readonly replaces?: View | undefined;
}

/** The view object that Slack makes of what the app sent. */
export function buildView(core: Core, sent: Fields, place: Place = {}): View {
  const { team, bot, clock } = core.settings;
  const id = place.replaces?.id ?? slackId("V");
  const blocks = fillBlocks(listOf(sent.blocks), core.workspace.files);
  const before = place.replaces?.state.values;
  const values = stateValues(blocks, () => undefined);
  const kept = Object.fromEntries(
    Object.entries(values).map(([block, actions]) => [
      block,
      Object.fromEntries(
        Object.entries(actions).map(([action, value]) => [action, before?.[block]?.[action] ?? value]),
      ),
    ]),
  );
  return {
    id,
    team_id: team.id,
    app_id: bot.app_id,
    app_installed_team_id: team.id,
    bot_id: bot.bot_id,
    type: sent.type === "home" ? "home" : "modal",
    title: sent.title === undefined ? { type: "plain_text", text: "View Title", emoji: true } : fieldsOf(sent.title),
    submit: sent.submit === undefined ? null : fieldsOf(sent.submit),
    close: sent.close === undefined ? null : fieldsOf(sent.close),
    blocks,
    private_metadata: textOf(sent.private_metadata),
    callback_id: textOf(sent.callback_id),
    external_id: textOf(sent.external_id),
    state: { values: kept },
    hash: `${Math.floor(clock.now() / 1000)}.${secretToken().slice(0, 8)}`,
    clear_on_close: sent.clear_on_close === true,
    notify_on_close: sent.notify_on_close === true,
    root_view_id: place.replaces?.root_view_id ?? place.root ?? id,
    previous_view_id: place.replaces?.previous_view_id ?? place.previous ?? null,
  };
}

/** Sets a person's modals and shows the last one; none closes the dialog. */
export function setModals(core: Core, user: string, stack: readonly View[]): void {
  if (stack.length === 0) core.workspace.modals.delete(user);
  else core.workspace.modals.set(user, stack);
  core.workspace.updates.publish({ kind: "modal", user, view: stack.at(-1) ?? null, depth: stack.length });
}

/** The visible one last; empty when none is open. */
export function modalsOf(core: Core, user: string): readonly View[] {
  return core.workspace.modals.get(user) ?? [];
}

/** Puts a new modal on top of the person's others. */
export function pushModal(core: Core, user: string, sent: Fields): View {
  const stack = modalsOf(core, user);
  const view = buildView(core, sent, { root: stack[0]?.root_view_id, previous: stack.at(-1)?.id });
  setModals(core, user, [...stack, view]);
  return view;
}

/** Replaces a view that is on screen somewhere, keeping its place. */
export function replaceView(core: Core, user: string, old: View, sent: Fields): View {
  const view = buildView(core, sent, { replaces: old });
  if (old.type === "home") {
    core.workspace.homes.set(user, view);
    core.workspace.updates.publish({ kind: "home", user, view });
  } else
    setModals(
      core,
      user,
      modalsOf(core, user).map((open) => (open.id === old.id ? view : open)),
    );
  return view;
}

/** The open modal or published home with this id or external id, and whose it is. */
export function findView(
  core: Core,
  match: (view: View) => boolean,
): { readonly user: string; readonly view: View } | undefined {
  for (const [user, stack] of core.workspace.modals) {
    const view = stack.find(match);
    if (view) return { user, view };
  }
  for (const [user, view] of core.workspace.homes) if (match(view)) return { user, view };
  return undefined;
}
