import { validateView, viewLimitBytes } from "../blocks/validate-view.ts";
import type { Core } from "../core.ts";
import { type Fields, isFields, textOf } from "../json.ts";
import { buildView, findView, modalsOf, mostModals, pushModal, replaceView, setModals } from "../views.ts";
import type { Args } from "./args.ts";
import { knowsFile, person } from "./lookup.ts";
import type { Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

/** The view the app sent, checked; `type` says what the method takes. */
function viewArg(args: Args, core: Core, type: "modal" | "home"): Fields {
  const view = args.json("view");
  if (!isFields(view)) return refuse("invalid_arguments", ["missing required field: view"]);
  if (Buffer.byteLength(JSON.stringify(view)) > viewLimitBytes) return refuse("view_too_large");
  const problems = validateView(view, knowsFile(core));
  if (problems.length > 0) return refuse("invalid_arguments", problems);
  if (view.type !== type)
    return refuse("invalid_arguments", [`must be a valid enum value: ${type} [json-pointer:/view/type]`]);
  return view;
}

/** Whose click this trigger_id stands for. */
function triggered(args: Args, core: Core): string {
  const id = args.text("trigger_id") ?? args.text("interactivity_pointer");
  if (id === undefined) return refuse("invalid_arguments", ["missing required field: trigger_id"]);
  const use = core.triggers.use(id);
  return use.kind === "good" ? use.user : refuse(use.error);
}

function externalIdIsFree(core: Core, view: Fields, except?: string): void {
  const id = textOf(view.external_id);
  if (id !== "" && findView(core, (other) => other.external_id === id && other.id !== except))
    refuse("duplicate_external_id");
}

/** @see https://docs.slack.dev/reference/methods?family=views */
export const views: Methods = {
  "views.open": (args, core) => {
    const view = viewArg(args, core, "modal");
    externalIdIsFree(core, view);
    const user = triggered(args, core);
    const opened = buildView(core, view);
    setModals(core, user, [opened]);
    return { view: opened };
  },

  "views.push": (args, core) => {
    const view = viewArg(args, core, "modal");
    externalIdIsFree(core, view);
    const user = triggered(args, core);
    const depth = modalsOf(core, user).length;
    if (depth === 0) return refuse("not_found");
    if (depth >= mostModals) return refuse("push_limit_reached");
    return { view: pushModal(core, user, view) };
  },

  "views.update": (args, core) => {
    const id = args.text("view_id");
    const externalId = args.text("external_id");
    if (id === undefined && externalId === undefined)
      return refuse("invalid_arguments", ["missing required field: view_id"]);
    const found = findView(core, (view) => (id === undefined ? view.external_id === externalId : view.id === id));
    const { user, view: old } = found ?? refuse("not_found");
    const sent = viewArg(args, core, old.type);
    externalIdIsFree(core, sent, old.id);
    const hash = args.text("hash");
    if (hash !== undefined && hash !== old.hash) return refuse("hash_conflict");
    return { view: replaceView(core, user, old, sent) };
  },

  "views.publish": (args, core) => {
    const user = person(core, args.required("user_id")).id;
    const sent = viewArg(args, core, "home");
    const old = core.workspace.homes.get(user);
    const hash = args.text("hash");
    if (hash !== undefined && old !== undefined && hash !== old.hash) return refuse("hash_conflict");
    const view = buildView(core, sent, { replaces: old });
    core.workspace.homes.set(user, view);
    core.workspace.updates.publish({ kind: "home", user, view });
    return { view };
  },
};
