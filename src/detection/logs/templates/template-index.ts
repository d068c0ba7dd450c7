import type { Template } from "./template.ts";
import { type Tokens, WILD } from "./token-line.ts";

/** Templates a bucket holds; the oldest give way, so that a flood of unique lines costs the same for every line. */
const MAX_BUCKET = 128;

/** Templates by layout, number of tokens and first word, and again by last word (so that a varying first word is found). */
export interface TemplateIndex {
  add(template: Template): void;
  remove(template: Template): void;
  /** Calls `visit` for templates that may resemble the line; some twice. Bounded by twice MAX_BUCKET. */
  near(line: Tokens, visit: (template: Template) => void): void;
  /** Calls `visit` for templates of `count` tokens that begin or end with the same word; some twice. Bounded by twice MAX_BUCKET. */
  beside(line: Tokens, count: number, visit: (template: Template) => void): void;
}

function bucketKey(format: number, count: number, word: number, side: number): number {
  let key = Math.imul(word ^ side, 0x9e3779b1) ^ Math.imul(count + 1, 0x85ebca6b);
  key = Math.imul(key ^ (key >>> 15), 0xcc9e2d51) ^ Math.imul(format + 1, 0x27d4eb2f);
  return key | 0;
}

function firstWord(hash: Int32Array, count: number): number {
  for (let i = 0; i < count; i++) {
    const token = hash[i] ?? WILD;
    if (token !== WILD) return token;
  }
  return WILD;
}

function lastWord(hash: Int32Array, count: number): number {
  for (let i = count - 1; i >= 0; i--) {
    const token = hash[i] ?? WILD;
    if (token !== WILD) return token;
  }
  return WILD;
}

const FIRST = 0x1f;
const LAST = 0x3d;

/** A template that its bucket has no room for is not found here any more, though it is known elsewhere. */
export function createTemplateIndex(): TemplateIndex {
  const buckets = new Map<number, Template[]>();

  function put(key: number, template: Template): void {
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [template]);
    else if (bucket.push(template) > MAX_BUCKET) bucket.shift();
  }

  function drop(key: number, template: Template): void {
    const bucket = buckets.get(key);
    if (bucket === undefined) return;
    const at = bucket.indexOf(template);
    if (at >= 0) bucket.splice(at, 1);
    if (bucket.length === 0) buckets.delete(key);
  }

  function scan(key: number, visit: (template: Template) => void): void {
    const bucket = buckets.get(key);
    if (bucket === undefined) return;
    for (let i = bucket.length - 1; i >= 0; i--) {
      const template = bucket[i];
      if (template !== undefined) visit(template);
    }
  }

  return {
    add(template) {
      const { hash, format } = template;
      template.anchorFirst = bucketKey(format, hash.length, firstWord(hash, hash.length), FIRST);
      template.anchorLast = bucketKey(format, hash.length, lastWord(hash, hash.length), LAST);
      put(template.anchorFirst, template);
      put(template.anchorLast, template);
    },
    remove(template) {
      drop(template.anchorFirst, template);
      drop(template.anchorLast, template);
    },
    beside(line, count, visit) {
      scan(bucketKey(line.format, count, firstWord(line.hash, line.count), FIRST), visit);
      scan(bucketKey(line.format, count, lastWord(line.hash, line.count), LAST), visit);
    },
    near(line, visit) {
      scan(bucketKey(line.format, line.count, firstWord(line.hash, line.count), FIRST), visit);
      scan(bucketKey(line.format, line.count, lastWord(line.hash, line.count), LAST), visit);
    },
  };
}
