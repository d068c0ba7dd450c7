import type { KnownBlock } from "@slack/types";
import type { AskAnswer } from "../../../incident/diagnosis/ask-answer.ts";
import type { Evidence } from "../../../incident/diagnosis/evidence.ts";
import { refText } from "../../../incident/object-ref.ts";
import { cut } from "../../words.ts";
import { context, preformatted, section } from "./blocks.ts";
import { mrkdwn } from "./text.ts";

const sentencesShown = 12;
const evidenceShown = 4;

/** An answer to a question: each sentence with its proof, then the proof itself. */
export function renderAnswer(answer: Extract<AskAnswer, { type: "answered" }>): {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
} {
  const { sentences, evidence, note, by, tokens } = answer;
  const lines = sentences.slice(0, sentencesShown).map(({ text, kind, evidence: ids }) => {
    const how = kind === "inferred" ? ", concluded" : "";
    return `• ${mrkdwn(text, 600)} _(${ids.slice(0, 6).join(", ")}${how})_`;
  });
  const words = (text: string) => text.replace(/\s+/g, " ").trim();
  // A sentence that is the evidence itself says it once; below it stands only how to ask again.
  const quoted = ({ id, text }: Evidence) =>
    sentences.some((one) => one.evidence.includes(id) && words(text).startsWith(words(one.text).replace(/ …$/, "")));
  const footer = [
    `answered by ${by}`,
    ...(note ? [mrkdwn(note, 300)] : []),
    ...(tokens
      ? [
          `${(tokens.input + tokens.output).toLocaleString("en-US")} tokens${tokens.costUsd === undefined ? "" : `, $${tokens.costUsd.toFixed(4)}`}`,
        ]
      : []),
  ];
  const blocks: KnownBlock[] = [
    section(lines.length > 0 ? lines.join("\n") : "The evidence does not say."),
    ...evidence
      .slice(0, evidenceShown)
      .flatMap((item): KnownBlock[] => [
        section(`*${item.id}*  ${item.source} of ${mrkdwn(refText(item.about), 160)}`),
        preformatted(`${quoted(item) ? "" : `${cut(item.text, 400)}\n\n`}$ ${cut(item.query, 200)}`),
      ]),
    context(footer.join("  ·  ")),
  ];
  const [first] = sentences;
  return { text: first ? mrkdwn(first.text, 300) : "The evidence does not say.", blocks };
}
