/** Small vocabularies of the tokenizer, compared by hash so that no substring is made. */

/** Hash of text[start, end) as the tokenizer computes it; never 0. */
export function hashWord(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash === 0 ? 1 : hash;
}

function vocabulary(words: string): ReadonlySet<number> {
  return new Set(words.split(" ").map((word) => hashWord(word, 0, word.length)));
}

const units = vocabulary(
  "B b byte bytes Byte Bytes k K kb KB kB Kb mb MB Mb gb GB Gb tb TB KiB MiB GiB TiB Ki Mi Gi kbps Mbps Gbps " +
    "ns us ms msec msecs millis milliseconds microseconds nanoseconds s sec secs second seconds m min mins minute minutes " +
    "h hr hrs hour hours d day days Hz kHz MHz GHz percent px",
);
const fillers = vocabulary("null NULL nil None none undefined NaN nan Infinity");
const slotWords = vocabulary("user username User host hostname node pod container namespace account");

const methods = vocabulary(
  "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE PROPFIND PROPPATCH PURGE COPY MOVE MKCOL LOCK UNLOCK REPORT",
);
const payloadWords = vocabulary(
  "statement STATEMENT Statement query QUERY Query sql SQL command COMMAND Command cmd CMD body payload",
);
const textKeys = vocabulary("text error err reason desc description cause detail details exception");
const eventKeys = vocabulary("event action op operation method msg message");
const stateKeys = vocabulary("status state result outcome");

/** Is text[start, end) a method of HTTP? */
export function isMethod(text: string, start: number, end: number): boolean {
  return methods.has(hashWord(text, start, end));
}

/** What every method of HTTP counts as: one statement writes them all. */
export const METHOD = hashWord("<method>", 0, 8);
/** The same in quotes, as access lines have it. */
export const REQUEST = hashWord("<request>", 0, 9);

/** The same of a word that is hashed already. */
export function isMethodHash(hash: number): boolean {
  return methods.has(hash);
}

/** Does the word announce a text that was handed over (`statement: select 1`), so that the rest of the line is that text? */
export function isPayloadWord(hash: number): boolean {
  return payloadWords.has(hash);
}

/** Is the value of this key a text, which may have spaces (`error=no such host`)? */
export function isTextKey(hash: number): boolean {
  return textKeys.has(hash);
}

/** Is the value of this key what happened (`event=connect`) rather than to what? */
export function isEventKey(hash: number): boolean {
  return eventKeys.has(hash);
}

/** Does this key tell how it ended (`status=deferred`)? */
export function isStateKey(hash: number): boolean {
  return stateKeys.has(hash);
}

/** `5 ms`, `1.2 KB`: is the word a unit, and so part of the number before it? */
export function isUnit(hash: number): boolean {
  return units.has(hash);
}

const booleans = vocabulary("true false True False TRUE FALSE");

/** As programs print them: in lower case, with a capital, or in capitals. */
export function isBoolean(hash: number): boolean {
  return booleans.has(hash);
}

/** After `key=` or `key:`: does the word stand for a missing value? */
export function isFiller(hash: number): boolean {
  return fillers.has(hash);
}

/** Does the word introduce a name (`user root`), so that the next word is probably a value? */
export function isSlotWord(hash: number): boolean {
  return slotWords.has(hash);
}

const prepositions = vocabulary(
  "for from by of in on at with via as into onto over under after before during within without against through per " +
    "using named called is was are",
);
const TO = hashWord("to", 0, 2);

/** Does the word leave room for a name or a state after it (`for`, `of`, `is`)? */
export function isPreposition(hash: number): boolean {
  return prepositions.has(hash);
}

/** `to`: before a name as a preposition, before a verb (`failed to open`) not. */
export function isTo(hash: number): boolean {
  return hash === TO;
}

const grammar = vocabulary(
  "a an the this that these those and or but nor if then than to for from by of in on at with via as into onto over under after " +
    "before during within without against through per using is was are were be been being has have had will would can cannot " +
    "could should must may might do does did not no never so its their our your it they we you who which when where while until " +
    "because since " +
    "From To",
);

/** Does the word only hold a sentence together? It is never a value. */
export function isGrammar(hash: number): boolean {
  return grammar.has(hash);
}

const attempts = vocabulary(
  "failed Failed failing fail fails unable Unable trying Trying attempting Attempting tried attempt attempts going want wants able refusing " +
    "refused failure Failure",
);
const modals = vocabulary("cannot Cannot can't Can't couldn't Couldn't");
const couldBefore = vocabulary("could Could can Can did Did will Will would does do");
const NOT = hashWord("not", 0, 3);

/** `failed to`, `cannot`, `could not`: does a verb follow these words, of which `last` is the second? */
export function leadsVerb(last: number, before: number): boolean {
  if (last === TO) return attempts.has(before);
  return last === NOT ? couldBefore.has(before) : modals.has(last);
}

const transitions = vocabulary(
  "transition transitions transitioning transitioned Transition Transitioning Transitioned",
);

/** `transitioning to`: does the state that is reached follow these words, of which `last` is the second? */
export function leadsState(last: number, before: number): boolean {
  return last === TO && transitions.has(before);
}

const announcing = vocabulary("for from by of in on at with via as into onto about using named called");

/** Prepositions after which a name may stand, whatever it consists of. */
export function announces(hash: number): boolean {
  return announcing.has(hash);
}

const negations = vocabulary("not no never non without already Not No NOT");

/** Does the word turn the meaning of a sentence round? */
export function isNegation(hash: number): boolean {
  return negations.has(hash);
}

const errorClasses = vocabulary(
  "error Error errors exception Exception fault argument arguments parameter configuration option value syntax unsupported",
);

/** `internal error`, `invalid argument`: does the word, behind another, name a class of errors rather than what happened? */
export function namesErrorClass(hash: number): boolean {
  return errorClasses.has(hash);
}
