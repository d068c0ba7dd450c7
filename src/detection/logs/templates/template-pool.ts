import { createBracketGroups, differingRuns, type Run } from "./bracket-groups.ts";
import { createEvictionQueue } from "./eviction-queue.ts";
import { type Begun, createOpenEnds, type OpenEnds } from "./open-ends.ts";
import { follow, generalise, mergeRun, openEnd, release, type Template, tokensOf } from "./template.ts";
import { createTemplateIndex, type TemplateIndex } from "./template-index.ts";
import { type Tokens, WILD } from "./token-line.ts";

/** The templates that are known, with what finds them, and the ids that others were given up for. Bounded. */
export interface TemplatePool {
  readonly index: TemplateIndex;
  readonly ends: Pick<OpenEnds, "evidence">;
  /** Takes in a new one; at the limit the one not seen for longest, nearly, is dropped for it. */
  add(template: Template): void;
  /** Makes one template of these, the oldest: values where `mask` says, and where `tokens` or one of them has a value. */
  join(members: readonly Template[], mask: number, tokens: Tokens): Template;
  /** The template whose open end this line continues. */
  begun(tokens: Tokens): Template | undefined;
  /** Makes one template of these and a line, which begin alike but for what stands in brackets, go on with anything, and end alike. */
  open(members: readonly Begun[], line: { readonly tokens: Tokens; readonly size: number }, ending: number): Template;
  /** Makes one template of two, the oldest, with the tokens of `shape`. */
  unite(one: Template, other: Template, shape: Template): Template;
  /** The template that says the same but for what stands in brackets. */
  explained(tokens: Tokens, self?: Template): Template | undefined;
  /** Makes values of what stands in brackets and is different in `tokens`; false when nothing is. */
  explain(template: Template, tokens: Tokens): boolean;
  /** The sentence with all its words is the one that others are compared with. */
  reshape(template: Template, shape: Template): void;
  /** Makes a value of each of these stretches, which stand in order. */
  collapse(template: Template, runs: readonly Run[]): void;
  /** The template with this id or the one that stands for it; undefined when it was dropped or never existed. */
  find(id: number): Template | undefined;
  /** The id that now stands for this one. */
  resolve(id: number): number;
  /** The template made of this very line: finds it again after the cache and a crowded bucket have lost it. */
  madeOf(line: number): Template | undefined;
  values(): IterableIterator<Template>;
  readonly size: number;
  readonly evicted: number;
  readonly merged: number;
}

const beginningOf = (tokens: Tokens, size: number): Tokens => ({ ...tokens, count: size });

const oldestOf = (members: readonly Template[]) => members.reduce((a, b) => (b.id < a.id ? b : a));

/** @param keepTexts see `TemplateMinerOptions` */
export function createTemplatePool(maxTemplates: number, keepTexts: boolean): TemplatePool {
  const index = createTemplateIndex();
  const ends = createOpenEnds(keepTexts);
  const groups = createBracketGroups();
  const queue = createEvictionQueue<Template>();
  const byId = new Map<number, Template>();
  const mergedIds = new Map<number, Template>();
  const byFirstLine = new Map<number, Template>();
  let evicted = 0;
  let merged = 0;

  function remember(template: Template): void {
    ends.add(template);
    if (template.open) return;
    index.add(template);
    groups.add(template, tokensOf(template));
  }

  function forget(template: Template): void {
    ends.remove(template);
    if (template.open) return;
    index.remove(template);
    groups.remove(template, tokensOf(template));
  }

  /** From now on `oldest` stands for the others. */
  function retire(members: readonly Template[], oldest: Template): void {
    for (const member of members) {
      if (member === oldest) continue;
      oldest.count += member.count;
      member.into = oldest;
      forget(member);
      byFirstLine.delete(member.firstLine);
      release(member);
      byId.delete(member.id);
      mergedIds.set(member.id, oldest);
      merged++;
    }
    forgetOldMerges();
  }

  /** The sentence with all its words is the one that others are compared with. */
  function reshape(template: Template, { hash, flags, layout }: Template): void {
    forget(template);
    template.hash = hash;
    template.flags = flags;
    template.layout = layout;
    remember(template);
  }

  function collapse(template: Template, runs: readonly Run[]): void {
    forget(template);
    for (const { from, to } of runs.toReversed()) mergeRun(template, from, to);
    remember(template);
  }

  /** Makes values of what stands in brackets of an open template and is different in the beginning of another. */
  function explainBeginning(template: Template, beginning: Tokens): void {
    const runs = differingRuns(beginningOf(tokensOf(template), template.hash.length - 1), beginning);
    if (runs.length > 0) collapse(template, runs);
  }

  function forgetOldMerges(): void {
    for (const id of mergedIds.keys()) {
      if (mergedIds.size <= 4 * maxTemplates) return;
      mergedIds.delete(id);
    }
  }

  /** Drops the template that was not seen for longest, nearly. */
  function evictOne(): void {
    const template = queue.next();
    if (template === undefined) return;
    forget(template);
    byId.delete(template.id);
    byFirstLine.delete(template.firstLine);
    release(template);
    template.evicted = true;
    evicted++;
  }

  return {
    index,
    ends,
    add(template) {
      if (byId.size >= maxTemplates) evictOne();
      byId.set(template.id, template);
      byFirstLine.set(template.firstLine, template);
      remember(template);
      queue.add(template);
    },
    join(members, mask, tokens) {
      const oldest = oldestOf(members);
      const all = [tokens, ...members];
      forget(oldest);
      for (let i = 0; i < tokens.count; i++) {
        const differs = i < 31 && (mask & (1 << i)) !== 0;
        if (differs || all.some(({ hash }) => hash[i] === WILD)) generalise(oldest, i, all);
      }
      remember(oldest);
      retire(members, oldest);
      return oldest;
    },
    unite(one, other, shape) {
      const oldest = oldestOf([one, other]);
      reshape(oldest, { ...shape });
      retire([one, other], oldest);
      return oldest;
    },
    explained: (tokens, self) => {
      const template = groups.match(tokens);
      return template === self ? undefined : template;
    },
    explain(template, tokens) {
      const runs = differingRuns(tokensOf(template), tokens);
      if (runs.length > 0) collapse(template, runs);
      return runs.length > 0;
    },
    begun(tokens) {
      const found = ends.match(tokens);
      if (found === undefined) return undefined;
      explainBeginning(found.template, beginningOf(tokens, found.size));
      return found.template;
    },
    open(members, { tokens, size }, ending) {
      const oldest = members.reduce((a, b) => (b.template.id < a.template.id ? b : a));
      const { template } = oldest;
      forget(template);
      openEnd(template, oldest.size, ending);
      remember(template);
      explainBeginning(template, beginningOf(tokens, size));
      for (const other of members)
        if (other !== oldest) explainBeginning(template, beginningOf(tokensOf(other.template), other.size));
      retire(
        members.map((member) => member.template),
        template,
      );
      return template;
    },
    reshape,
    collapse,
    find(id) {
      const template = byId.get(id) ?? mergedIds.get(id);
      if (template === undefined) return undefined;
      const current = follow(template);
      return current.evicted ? undefined : current;
    },
    resolve(id) {
      const template = mergedIds.get(id);
      return template === undefined ? id : follow(template).id;
    },
    madeOf: (line) => byFirstLine.get(line),
    values: () => byId.values(),
    get size() {
      return byId.size;
    },
    get evicted() {
      return evicted;
    },
    get merged() {
      return merged;
    },
  };
}
