import type { Run } from "./bracket-groups.ts";
import { evidenceNeeded } from "./evidence.ts";
import { differingRun, MAX_ADDED, type Shape, shapeOfBoth } from "./optional-word.ts";
import { compare, createResemblance, hasFurtherNames, isCase } from "./resemblance.ts";
import { type Template, tokensOf } from "./template.ts";
import type { TemplateIndex } from "./template-index.ts";
import type { Tokens } from "./token-line.ts";
import type { ValueWords } from "./value-words.ts";

/** Templates that become one with a line or template, and the words in which they differ. */
export interface Family {
  readonly mask: number;
  /** How many it takes, with what they are compared to. */
  readonly needed: number;
  readonly members: Template[];
}

const near = createResemblance();

/**
 * Templates around `tokens` that are one with it: as cases of it, or because enough of them differ in the same words.
 * @param known words seen as values
 * @param self a template that is not to be found
 * @param keepTexts what was raised (`KeyError`, `TimeoutException`) is never taken for a value
 */
export function familyOf(
  tokens: Tokens,
  index: TemplateIndex,
  known: ValueWords,
  self: Template | undefined,
  keepTexts: boolean,
): Family | undefined {
  const cases: Template[] = [];
  const families = new Map<number, Family>();
  /** The one that has learned of such names, with the most words in common. */
  let named: Template | undefined;
  let shared = 0;
  index.near(tokens, (template) => {
    if (template === self || !compare(tokens, template, known, near)) return;
    if (near.different === 0) {
      if (isCase(near)) {
        if (!cases.includes(template)) cases.push(template);
      } else if (hasFurtherNames(near) && near.same > shared) {
        named = template;
        shared = near.same;
      }
      return;
    }
    if (keepTexts && near.raised !== 0) return;
    const needed = evidenceNeeded(tokens, near);
    if (!Number.isFinite(needed)) return;
    const family = families.get(near.mask);
    if (family === undefined) families.set(near.mask, { mask: near.mask, needed, members: [template] });
    else if (!family.members.includes(template)) family.members.push(template);
  });
  if (cases.length > 0) return { mask: 0, needed: 1, members: cases };
  if (named !== undefined) return { mask: 0, needed: 1, members: [named] };
  for (const family of families.values()) if (family.members.length + 1 >= family.needed) return family;
  return undefined;
}

/** A template that is this sentence although its length is another, and which shape stands for both. */
export interface Variety {
  readonly template: Template;
  readonly keepsShape: boolean;
  /** The part of the template that has to become a value first. */
  readonly run: Run | undefined;
}

/** @param self a template that is not to be found */
export function varietyOf(tokens: Tokens, index: TemplateIndex, self: Template | undefined): Variety | undefined {
  let found: Variety | undefined;
  const note = (template: Template, shape: Shape, kept: Shape) => {
    if (shape === undefined) return;
    const run = shape === "between" ? differingRun(tokensOf(template), tokens) : undefined;
    found = { template, keepsShape: shape === kept || shape === "between", run };
  };
  for (let added = 1; added <= MAX_ADDED && found === undefined; added++) {
    index.beside(tokens, tokens.count + added, (template) => {
      const shape = found === undefined && template !== self ? shapeOfBoth(tokens, tokensOf(template)) : undefined;
      note(template, shape, "longer");
    });
    index.beside(tokens, tokens.count - added, (template) => {
      const shape = found === undefined && template !== self ? shapeOfBoth(tokensOf(template), tokens) : undefined;
      note(template, shape, "shorter");
    });
  }
  return found;
}
