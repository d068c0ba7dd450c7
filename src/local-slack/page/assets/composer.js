import { h, icon, icons } from "./dom.js";
import { act } from "./server.js";
import { addLocalNote, store } from "./store.js";

const sentences = {
  operation_timeout: 'failed with the error "operation_timeout": the app did not respond in time.',
  dispatch_failed: 'failed with the error "dispatch_failed": the app could not be reached.',
  dispatch_unknown_error: 'failed with the error "dispatch_unknown_error": the app\'s answer could not be used.',
  unknown_command: "is not a valid command.",
};

let count = 0;

/** The box people type in: messages, and slash commands in channels. `threadTs` makes it a thread's. */
export function composer({ channel, label, threadTs }) {
  count += 1;
  const listId = `completions-${count}`;
  const box = h("textarea", {
    class: "composer-text",
    rows: 1,
    "aria-label": label,
    placeholder: label,
    "aria-autocomplete": "list",
    "aria-controls": listId,
    "data-key": `composer-${threadTs ?? channel}`,
  });
  const list = h("div", {
    class: "completions",
    id: listId,
    role: "listbox",
    "aria-label": "Suggestions",
    hidden: true,
  });
  const send = h("button", { type: "submit", class: "send", "aria-label": "Send", disabled: true }, icon(icons.send));
  let options = [];
  let chosen = 0;

  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
    send.disabled = box.value.trim() === "";
  };
  const closeList = () => {
    options = [];
    list.hidden = true;
  };
  const draw = () => {
    list.hidden = options.length === 0;
    list.replaceChildren(
      ...options.map((option, index) =>
        h(
          "button",
          {
            type: "button",
            role: "option",
            "aria-selected": String(index === chosen),
            class: index === chosen ? "chosen" : undefined,
            tabindex: "-1",
            on: { pointerdown: (event) => event.preventDefault(), click: () => take(option) },
          },
          h("b", {}, option.text),
          h("small", {}, option.hint ?? ""),
        ),
      ),
    );
  };
  const take = (option) => {
    const before = box.value.slice(0, box.selectionStart).replace(/\S*$/, "");
    box.value = `${before}${option.text} ${box.value.slice(box.selectionStart)}`;
    closeList();
    box.focus();
    grow();
  };
  const complete = () => {
    const before = box.value.slice(0, box.selectionStart);
    options = completions(before, threadTs !== undefined);
    chosen = 0;
    draw();
  };
  const submit = async () => {
    const text = box.value.trim();
    if (text === "") return;
    box.value = "";
    closeList();
    grow();
    const isCommand = text.startsWith("/") && /^\/[\w-]+/.test(text);
    if (isCommand && threadTs !== undefined) {
      addLocalNote(channel, `${text.split(" ")[0]} is not supported in threads. Sorry!`, threadTs);
      return;
    }
    const outcome = isCommand
      ? await act("slash", { as: store.me, channel, line: text })
      : await act("say", { as: store.me, channel, text, thread_ts: threadTs });
    if (outcome.ok) return;
    const what = isCommand ? text.split(" ")[0] : "Your message";
    addLocalNote(channel, `${what} ${sentences[outcome.error] ?? `was not accepted: ${outcome.error}`}`, threadTs);
    if (!isCommand && box.value === "") {
      box.value = text;
      grow();
    }
  };

  box.addEventListener("input", () => {
    grow();
    complete();
  });
  box.addEventListener("blur", closeList);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (options.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      draw();
    } else if (options.length > 0 && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      closeList();
    } else if (
      options.length > 0 &&
      (event.key === "Tab" || (event.key === "Enter" && !options.some(({ text }) => isTyped(box, text))))
    ) {
      event.preventDefault();
      take(options[chosen]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
  });
  const form = h(
    "form",
    {
      class: "composer",
      on: {
        submit: (event) => {
          event.preventDefault();
          void submit();
        },
      },
    },
    list,
    h("div", { class: "composer-box" }, box, send),
  );
  return { element: form, focus: () => box.focus() };
}

/** A whole word that is one of the suggestions is sent, not completed. */
function isTyped(box, text) {
  return box.value.slice(0, box.selectionStart).split(/\s/).at(-1)?.toLowerCase() === text.toLowerCase();
}

const most = 8;

/** What could follow: commands at the start of the line, people and groups after @. */
function completions(before, inThread) {
  const command = /^\/[\w-]*$/.exec(before)?.[0];
  if (command !== undefined && !inThread)
    return store.workspace.commands
      .filter((entry) => entry.command.startsWith(command))
      .slice(0, most)
      .map((entry) => ({
        text: entry.command,
        hint: [entry.usage_hint, entry.description].filter(Boolean).join(" - "),
      }));
  const handle = /(?:^|\s)@([\w.-]*)$/.exec(before)?.[1]?.toLowerCase();
  if (handle === undefined) return [];
  const people = store.workspace.users.map(({ name, real_name: hint }) => ({ text: `@${name}`, hint }));
  const groups = store.workspace.user_groups.map(({ handle: text, name: hint }) => ({ text: `@${text}`, hint }));
  return [...people, ...groups]
    .filter(({ text, hint }) => text.toLowerCase().startsWith(`@${handle}`) || hint.toLowerCase().startsWith(handle))
    .slice(0, most);
}
