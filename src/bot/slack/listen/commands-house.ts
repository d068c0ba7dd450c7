import { matcherText, type SilenceRequest } from "../../../incident/silence.ts";
import { section } from "../render/blocks.ts";
import { silenceLine, silenceQuestion } from "../render/render-silence.ts";
import { parseSilence } from "../render/silence-request.ts";
import { escapeMrkdwn, mrkdwn } from "../render/text.ts";
import type { Command } from "./command.ts";

const healthMarks = { ok: ":large_green_circle:", trouble: ":red_circle:", off: ":white_circle:" } as const;
const silencesShown = 30;

/** Commands about the whole house: what is kept quiet, frozen, sent and tried, and how kubemend itself is. */
export const houseCommands: Readonly<Record<string, Command>> = {
  silence: {
    usage: "silence <target> <duration> | until <time> [in <duration> | at <time>] [why]",
    what: "raise nothing for a target for a while; shows first what that would keep quiet",
    async run(args, { desk, now, timeZone }) {
      const parsed = parseSilence(args, now, timeZone);
      if (!parsed.ok) return { text: parsed.text, personal: true };
      const elsewhere = parsed.matcher ? undefined : await desk.elsewhere?.(parsed.target);
      if (elsewhere !== undefined) return { text: elsewhere, personal: true };
      const target = parsed.matcher ?? (await desk.view(parsed.target))?.incident.target;
      if (!target) return { text: `There is no incident ${parsed.target}.`, personal: true };
      const { namespace, ...rest } = target;
      const matcher = namespace === undefined ? rest : { ...rest, namespace };
      const request: SilenceRequest = { matcher, ...parsed.request };
      const preview = await desk.previewSilence(request);
      return {
        text: `Silence ${matcherText(matcher)}?`,
        blocks: silenceQuestion(preview, request),
        personal: true,
      };
    },
  },
  unsilence: {
    usage: "unsilence <number>",
    what: "end a silence before its time",
    async run([typed = ""], { desk, by, now }) {
      const id = typed.replace(/^#/, "");
      if (/^\d{1,18}$/.test(id)) return { text: (await desk.endSilence(id, by)).text };
      const standing = await desk.silences();
      if (standing.length === 0) return { text: "Nothing is silenced.", personal: true };
      return {
        text: "Say which silence, for example `/incident unsilence 3`:",
        blocks: [
          section(`Say which silence, for example \`/incident unsilence ${standing[0]?.id}\`:`),
          ...standing.slice(0, silencesShown).map((silence) => section(silenceLine(silence, now))),
        ],
        personal: true,
      };
    },
  },
  silences: {
    usage: "silences",
    what: "what is silenced, by whom and until when",
    async run(_args, { desk, now }) {
      const silences = await desk.silences();
      if (silences.length === 0) return { text: "Nothing is silenced." };
      const more = silences.length - silencesShown;
      return {
        text: `${silences.length} silence${silences.length === 1 ? "" : "s"}`,
        blocks: [
          ...silences.slice(0, silencesShown).map((silence) => section(silenceLine(silence, now))),
          ...(more > 0 ? [section(`… and ${more} more.`)] : []),
        ],
      };
    },
  },
  digest: {
    usage: "digest now",
    what: "send the digest now",
    async run([word], { desk, by }) {
      if (word !== "now") return { text: "`/incident digest now` sends it.", personal: true };
      if (!desk.digest)
        return { text: "No digest is configured: set `email.smtpUrl`, `email.from` and `email.to`.", personal: true };
      return { text: (await desk.digest.now(by)).text };
    },
  },
  freeze: {
    usage: "freeze [why]",
    what: "stop all changes at once, in all clusters",
    run: async (args, { desk, by }) => ({ text: (await desk.freeze(true, by, args.join(" "))).text }),
  },
  unfreeze: {
    usage: "unfreeze [why]",
    what: "allow changes again",
    run: async (args, { desk, by }) => ({ text: (await desk.freeze(false, by, args.join(" "))).text }),
  },
  chaos: {
    usage: "chaos <words>",
    what: "experiments: list, plan, run, status, report, stop",
    async run(args, { desk, by }) {
      if (!desk.chaos)
        return {
          text: "Nobody may run experiments from chat: the setting `chaos.people` names who may.",
          personal: true,
        };
      return { text: (await desk.chaos.command(args, by)).text };
    },
  },
  web: {
    usage: "web",
    what: "a link that signs you in to the web pages",
    async run(_args, { desk, by }) {
      const link = await desk.web?.signInLink(by);
      if (!link)
        return {
          text: "Signing in by Slack is not set up: `web.signIn.slackLinks` and `web.url` do that.",
          personal: true,
        };
      const note = "The link is yours alone, works once, and only for five minutes.";
      return {
        text: `A link that signs you in to the web pages. ${note}`,
        // A block is sent as it is: the text of an answer would have its link taken apart.
        blocks: [section(`<${escapeMrkdwn(link)}|Sign in to the web pages>. ${note}`)],
        personal: true,
      };
    },
  },
  health: {
    usage: "health",
    what: "how kubemend itself is doing",
    async run(_args, { desk }) {
      const lines = await desk.health();
      const trouble = lines.filter(({ state }) => state === "trouble").length;
      const text = lines.map(({ name, state, detail }) => `${healthMarks[state]} *${name}*  ${mrkdwn(detail, 250)}`);
      return {
        text: trouble === 0 ? "kubemend is well" : `kubemend has trouble with ${trouble} of ${lines.length} parts`,
        blocks: [section(text.join("\n") || "There is nothing to tell.")],
      };
    },
  },
};
