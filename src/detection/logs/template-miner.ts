import { createEvictionQueue } from "./eviction-queue.ts";
import { evidenceNeeded } from "./evidence.ts";
import { createLineCache } from "./line-cache.ts";
import { createOpenEnds } from "./open-ends.ts";
import { addsOneWord, MAX_ADDED } from "./optional-word.ts";
import { readLine, type Span } from "./read-line.ts";
import { compare, createResemblance, isCase } from "./resemblance.ts";
import { follow, generalise, makeTemplate, openEnd, release, type Template, textOf, tokensOf } from "./template.ts";
import { createTemplateIndex } from "./template-index.ts";
import { createTokenLine, lineKey, type Tokens, WILD } from "./token-line.ts";
import { withoutColours } from "./wrapped-line.ts";

/** A template as others see it: `text` has `<*>` where lines vary, `count` is the number of lines it stood for. */
export interface TemplateView {
  readonly id: number;
  readonly text: string;
  readonly count: number;
}

/** Lines that were cut or forgotten, so that whoever reports figures can say so. */
export interface MinerLosses {
  /** Templates dropped because the limit was reached. */
  readonly evicted: number;
  /** Templates found to be cases of another. */
  readonly merged: number;
  /** Lines longer than `maxLineChars`; only their beginning was read. */
  readonly cut: number;
}

export interface TemplateMiner {
  /** Takes one line in and returns the id of its template. Never throws, whatever the line holds. */
  learn(line: string): number;
  /** The id that now stands for `id`: an earlier template may since have turned out to be a case of an older one. */
  resolve(id: number): number;
  /** The template with this id (resolved); undefined when it was evicted or never existed. */
  template(id: number): TemplateView | undefined;
  /** Compares all templates with each other once more, for whoever has seen all lines. Bounded like `learn` for each. */
  settle(): void;
  templates(): IterableIterator<TemplateView>;
  readonly size: number;
  losses(): MinerLosses;
}

export interface TemplateMinerOptions {
  /** Templates kept; beyond it the ones not seen for longest are dropped. Default 50,000. */
  readonly maxTemplates?: number;
  /** Characters of a line that are looked at. Default 4,096. */
  readonly maxLineChars?: number;
}

/** A template that has become wider is compared with its neighbours again; more rounds than this have not been seen. */
const MAX_ROUNDS = 8;

/** Templates that become one with a line or template, and the words in which they differ. */
interface Family {
  readonly mask: number;
  /** How many it takes, with what they are compared to. */
  readonly needed: number;
  readonly members: Template[];
}

/** Shorter sentences are not compared with those that have a word more. */
const MIN_WORDS = 6;

/** Base-2 logarithm of the entries of the line cache: 131,072 entries, 2 MiB. */
const CACHE_BITS = 17;

/**
 * Learns log templates from a stream of lines, of any format and without configuration.
 *
 * It is of Drain's family (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): lines
 * are compared only with templates of the same layout, length and first (or last) word. What is ours: headers are
 * recognised instead of configured; values are masked in the scan that splits the line; a masked line seen before is
 * found by its key alone; and a word becomes a value only after enough sentences were seen that differ in nothing else,
 * so `session opened` and `session closed` stay apart while user names do not. Then the sentences become one template,
 * under the oldest id; `resolve` tells which.
 *
 * Deterministic. Time per line is bounded by its length plus, for unknown lines, some hundred comparisons.
 */
export function createTemplateMiner(options: TemplateMinerOptions = {}): TemplateMiner {
  const maxTemplates = options.maxTemplates ?? 50_000;
  const maxLineChars = options.maxLineChars ?? 4_096;
  const cache = createLineCache(CACHE_BITS);
  const index = createTemplateIndex();
  const ends = createOpenEnds();
  const queue = createEvictionQueue<Template>();
  const byId = new Map<number, Template>();
  const mergedIds = new Map<number, Template>();
  /** Every template by the line it was made of: finds it again after the cache and a crowded bucket have lost it. */
  const byFirstLine = new Map<number, Template>();
  const line = createTokenLine();
  const span: Span = { start: 0, end: 0 };
  const near = createResemblance();
  let nextId = 1;
  let evicted = 0;
  let merged = 0;
  let cut = 0;

  /** Templates around `tokens` that are one with it: as cases of it, or because enough of them differ in the same words. */
  function around(tokens: Tokens, self: Template | undefined): Family | undefined {
    const cases: Template[] = [];
    const families = new Map<number, Family>();
    index.near(tokens, (template) => {
      if (template === self || !compare(tokens, template, near)) return;
      if (near.different === 0) {
        if (isCase(near) && !cases.includes(template)) cases.push(template);
        return;
      }
      const needed = evidenceNeeded(tokens, near);
      if (!Number.isFinite(needed)) return;
      const family = families.get(near.mask);
      if (family === undefined) families.set(near.mask, { mask: near.mask, needed, members: [template] });
      else if (!family.members.includes(template)) family.members.push(template);
    });
    if (cases.length > 0) return { mask: 0, needed: 1, members: cases };
    for (const family of families.values()) if (family.members.length + 1 >= family.needed) return family;
    return undefined;
  }

  /** Makes one template of these, the oldest: values where the family differs, and where the line or one of them has a value. */
  function join(members: readonly Template[], mask: number, tokens: Tokens): Template {
    const oldest = members.reduce((a, b) => (b.id < a.id ? b : a));
    forget(oldest);
    for (let i = 0; i < tokens.count; i++) {
      if (oldest.hash[i] === WILD) continue;
      const differs = i < 31 && (mask & (1 << i)) !== 0;
      if (differs || tokens.hash[i] === WILD || members.some(({ hash }) => hash[i] === WILD)) generalise(oldest, i);
    }
    remember(oldest);
    retire(members, oldest);
    return oldest;
  }

  function remember(template: Template): void {
    if (!template.open) index.add(template);
    ends.add(template);
  }

  function forget(template: Template): void {
    if (!template.open) index.remove(template);
    ends.remove(template);
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

  /** Makes one template of these, which begin with the same `size` tokens and go on with anything. */
  function open(members: readonly Template[], size: number): Template {
    const oldest = members.reduce((a, b) => (b.id < a.id ? b : a));
    forget(oldest);
    openEnd(oldest, size);
    remember(oldest);
    retire(members, oldest);
    return oldest;
  }

  /** Joins to `template` what has become one with it since it is as wide as it is. */
  function widen(template: Template): Template {
    let widest = template;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const tokens = tokensOf(widest);
      const family = around(tokens, widest);
      if (family === undefined) break;
      widest = join([widest, ...family.members], family.mask, tokens);
    }
    return widest;
  }

  /** A template that is this sentence with a word more or less. */
  function alike(tokens: Tokens, self: Template | undefined): Template | undefined {
    let found: Template | undefined;
    for (let added = 1; added <= MAX_ADDED && found === undefined; added++) {
      index.beside(tokens, tokens.count + added, (other) => {
        if (found === undefined && other !== self && addsOneWord(tokens, tokensOf(other))) found = other;
      });
      index.beside(tokens, tokens.count - added, (other) => {
        if (found === undefined && other !== self && addsOneWord(tokensOf(other), tokens)) found = other;
      });
    }
    return found;
  }

  /** The sentence with all its words is the one that others are compared with. */
  function reshape(template: Template, { hash, flags, layout }: Template): void {
    forget(template);
    template.hash = hash;
    template.flags = flags;
    template.layout = layout;
    remember(template);
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

  function search(): Template {
    const again = byFirstLine.get(lineKey(line));
    if (again !== undefined) return again;
    const continued = ends.match(line);
    if (continued !== undefined) return continued;
    const family = around(line, undefined);
    if (family !== undefined) return widen(join(family.members, family.mask, line));
    const many = ends.evidence(line);
    if (many !== undefined) return open(many.members, many.size);
    const other = line.words < MIN_WORDS ? undefined : alike(line, undefined);
    if (other !== undefined) {
      if (line.count > other.hash.length) reshape(other, makeTemplate(0, line, span.start, span.end));
      return other;
    }
    if (byId.size >= maxTemplates) evictOne();
    const template = makeTemplate(nextId++, line, span.start, span.end);
    byId.set(template.id, template);
    byFirstLine.set(template.firstLine, template);
    remember(template);
    queue.add(template);
    return template;
  }

  function find(id: number): Template | undefined {
    const template = byId.get(id) ?? mergedIds.get(id);
    if (template === undefined) return undefined;
    const current = follow(template);
    return current.evicted ? undefined : current;
  }

  const view = (template: Template): TemplateView => ({
    id: template.id,
    text: textOf(template),
    count: template.count,
  });

  return {
    learn(raw) {
      const isLong = raw.length > maxLineChars;
      if (isLong) cut++;
      const text = withoutColours(isLong ? raw.slice(0, maxLineChars) : raw);
      const end = text.length;
      readLine(text, end, line, span);
      let template = cache.get(line.keyA, line.keyB);
      if (template === undefined || template.evicted) {
        template = search();
        cache.set(line.keyA, line.keyB, template);
      } else if (template.into !== undefined) {
        template = follow(template);
        if (template.evicted) template = search();
        cache.set(line.keyA, line.keyB, template);
      }
      line.text = "";
      if (template.count++ > 0) template.touched = true;
      return template.id;
    },
    resolve(id) {
      const template = mergedIds.get(id);
      return template === undefined ? id : follow(template).id;
    },
    template(id) {
      const found = find(id);
      return found === undefined ? undefined : view(found);
    },
    settle() {
      for (const template of byId.values()) {
        if (template.into !== undefined || template.open) continue;
        const widest = widen(template);
        const many = ends.evidence(tokensOf(widest), widest);
        if (many !== undefined) {
          open(many.members, many.size);
          continue;
        }
        const other = alike(tokensOf(widest), widest);
        if (other === undefined) continue;
        const [oldest, newer] = other.id < widest.id ? [other, widest] : [widest, other];
        if (newer.hash.length > oldest.hash.length) reshape(oldest, { ...newer });
        retire([newer], oldest);
      }
    },
    *templates() {
      for (const template of byId.values()) yield view(template);
    },
    get size() {
      return byId.size;
    },
    losses: () => ({ evicted, merged, cut }),
  };
}
