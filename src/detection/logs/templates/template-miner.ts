import { withoutColours } from "../../../log-lines/wrapped-line.ts";
import { familyOf, varietyOf } from "./kin.ts";
import { createLineCache } from "./line-cache.ts";
import { isToldByShape, type LineShape, LONGEST_SHAPE, readShape } from "./line-shape.ts";
import { readLine, type Span } from "./read-line.ts";
import { follow, makeTemplate, type Template, textOf, tokensOf } from "./template.ts";
import { createTemplatePool } from "./template-pool.ts";
import { createTokenLine, lineKey } from "./token-line.ts";

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
  templates(): IterableIterator<TemplateView>;
  readonly size: number;
  losses(): MinerLosses;
}

export interface TemplateMinerOptions {
  /** Templates kept; beyond it the ones not seen for longest are dropped. Default 50,000. */
  readonly maxTemplates?: number;
  /**
   * Sentences that differ in what they tell after a colon (`request failed: too many clients`, `request failed: no route to
   * host`), or in what was raised, stay apart, for who asks what is new rather than which statement wrote it. Default false.
   */
  readonly keepTexts?: boolean;
  /** Requests of an access log stay apart by their method (`GET`, `DELETE`), for who asks what was done. Default false. */
  readonly keepMethods?: boolean;
  /** Characters of a line that are looked at. Default 4,096. */
  readonly maxLineChars?: number;
}

/** A template that has become wider is compared with its neighbours again; more rounds than this have not been seen. */
const MAX_ROUNDS = 8;

/** Base-2 logarithm of the entries of the line cache: 131,072 entries, 2 MiB. */
const CACHE_BITS = 17;
/** The same of those of the cache of shapes: 65,536 entries, 1 MiB. */
const SHAPE_BITS = 16;

/**
 * Learns log templates from a stream of lines, of any format and without configuration.
 *
 * It is of Drain's family (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): lines
 * are compared only with templates of the same layout, length and first (or last) word. What is ours: headers are
 * recognised instead of configured; values are masked in the scan that splits the line; a masked line seen before is
 * found by its key alone; and a word becomes a value only after enough sentences were seen that differ in nothing else.
 * How many depends on where it stands (evidence.ts) and on what it is: words that say what happened keep sentences apart
 * (event-words.ts: `session opened`, `session closed`), words that name what it happened to soon do not. Beginnings that
 * go on with anything are one template (open-ends.ts), as the continuations of a node of a prefix tree are in Brain (Yu et
 * al., TSC 2023), but only where a sentence announces them; so are sentences of which one has a value or, when they are
 * long, a word more, or names of several words before the same that happened (optional-word.ts), and those that differ in
 * nothing but what they explain in brackets (bracket-groups.ts). A word that was quoted or assigned before is a value
 * sooner (value-words.ts). What has become one has the oldest id; `resolve` tells which.
 *
 * Deterministic. Time per line is bounded by its length plus, for unknown lines, some hundred comparisons.
 */
export function createTemplateMiner(options: TemplateMinerOptions = {}): TemplateMiner {
  const maxTemplates = options.maxTemplates ?? 50_000;
  const maxLineChars = options.maxLineChars ?? 4_096;
  const keepTexts = options.keepTexts ?? false;
  const cache = createLineCache(CACHE_BITS);
  const shapes = createLineCache(SHAPE_BITS);
  const shape: LineShape = { keyA: 0, keyB: 0 };
  const pool = createTemplatePool(maxTemplates, keepTexts);
  const line = createTokenLine(options.keepMethods);
  const span: Span = { start: 0, end: 0 };
  let nextId = 1;
  let cut = 0;

  /** Joins to `template` what has become one with it since it is as wide as it is. */
  function widen(template: Template): Template {
    let widest = template;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const tokens = tokensOf(widest);
      const family = familyOf(tokens, pool.index, line.known, widest, keepTexts);
      const twin = family === undefined ? pool.explained(tokens, widest) : undefined;
      const variety = family === undefined && twin === undefined ? varietyOf(tokens, pool.index, widest) : undefined;
      if (family !== undefined) widest = pool.join([widest, ...family.members], family.mask, tokens);
      else if (twin !== undefined) {
        pool.explain(twin, tokens);
        widest = pool.unite(twin, widest, twin);
      } else if (variety !== undefined) {
        if (variety.run !== undefined) pool.collapse(variety.template, [variety.run]);
        widest = pool.unite(widest, variety.template, variety.keepsShape ? variety.template : widest);
      } else break;
    }
    return widest;
  }

  function search(): Template {
    const known = pool.madeOf(lineKey(line)) ?? pool.begun(line);
    if (known !== undefined) return known;
    const explained = pool.explained(line);
    if (explained !== undefined) return pool.explain(explained, line) ? widen(explained) : explained;
    const family = familyOf(line, pool.index, line.known, undefined, keepTexts);
    if (family !== undefined) return widen(pool.join(family.members, family.mask, line));
    const many = pool.ends.evidence(line);
    if (many !== undefined) return pool.open(many.members, { tokens: line, size: many.size }, many.ending);
    const variety = varietyOf(line, pool.index, undefined);
    if (variety !== undefined) {
      if (variety.run !== undefined) {
        pool.collapse(variety.template, [variety.run]);
        return widen(variety.template);
      }
      if (variety.keepsShape) return variety.template;
      pool.reshape(variety.template, makeTemplate(0, line, span.start, span.end));
      return widen(variety.template);
    }
    const template = makeTemplate(nextId++, line, span.start, span.end);
    pool.add(template);
    return template;
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
      const isShort = end <= LONGEST_SHAPE;
      if (isShort) {
        readShape(text, end, shape);
        const known = shapes.get(shape.keyA, shape.keyB);
        const seen = known === undefined ? undefined : follow(known);
        if (seen !== undefined && !seen.evicted) {
          seen.count++;
          seen.touched = true;
          return seen.id;
        }
      }
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
      if (isShort && isToldByShape(line)) shapes.set(shape.keyA, shape.keyB, template);
      line.text = "";
      if (template.count++ > 0) template.touched = true;
      return template.id;
    },
    resolve: pool.resolve,
    template(id) {
      const found = pool.find(id);
      return found === undefined ? undefined : view(found);
    },
    *templates() {
      for (const template of pool.values()) yield view(template);
    },
    get size() {
      return pool.size;
    },
    losses: () => ({ evicted: pool.evicted, merged: pool.merged, cut }),
  };
}
