import { isLetter } from "../../../log-lines/chars.ts";
import { hashWord } from "./words.ts";

/**
 * Words that say what happened or how it ended, beside those in -ed, -ing and -ation: verbs as programs log them, the states and
 * outcomes they report, and the sides of things. Sentences that differ in one of these are as a rule two statements, as those that differ in
 * the name of a thing are not.
 */
const VERBS =
  "abort accept acquire activate add allocate allow answer append apply ask assign attach authenticate authorize backup begin bind block " +
  "build call cancel change check clean clear clone close commit compare complete compress configure confirm connect continue " +
  "convert copy create deactivate decode decompress decrease decrement decrypt delete demote deny dequeue deregister deserialize " +
  "destroy detach detect die disable disallow discard disconnect discover downgrade download drain drop dump elect enable encode encrypt " +
  "end enqueue enter erase evict execute exit expand expire export fail fetch find finish flush forbid fork format forward free " +
  "generate get give grant grow handle hide identify ignore import inc increase increment init initialise initialize insert install invalidate " +
  "join keep kill launch leave link list listen load lock login logout lookup lose make mark merge migrate mount move notify open parse " +
  "pause perform pop prepare process promote publish pull purge push put query queue quit read rebuild receive reconfigure reconnect recover " +
  "recv refresh refuse register reject release reload remove rename renew reopen repair replace reply report request reserve reset " +
  "resize resolve respond restart restore resume retrieve retry return revert revoke rollback rotate run save scale scan schedule select send " +
  "serialize set setup show shrink shutdown shut sign skip sleep spawn split start startup stop store submit subscribe succeed suspend " +
  "switch sync terminate transfer trigger truncate try unbind unblock uninstall unlink unload unlock unmount unpack unpublish " +
  "acknowledge adjust announce broadcast calculate collect consume deploy dispatch emit enforce establish evaluate exceed exclude extend extract finalize follow forget gather halt include inject invoke modify negotiate obtain occur omit override persist preempt propagate raise reach rebalance recreate redirect reduce rejoin relocate remount render reroute rescan resend resync reuse rewrite search synchronize throttle touch translate transmit trim unassign undeploy upsert vote withdraw yield unregister unsubscribe unschedule update upgrade upload use validate verify wait wake watch write";
/** Past forms without -ed, states and outcomes, booleans. */
const STATES =
  "absent active alive available bad became become began begun bound broken busy candidate cannot caught conflict " +
  "correct corrupt dead denial done empty error exception exists failure false False follower following found full gone good got granted " +
  "healthy held hidden hung idle inactive incorrect invalid kept known late leader leading left lost missing new none off offline " +
  "OK ok okay old online pending present ran reachable ready sent shown slow stale success successful successfully timeout " +
  "built chose chosen drawn drew driven drove fallen fell flown forgot forgotten froze frozen gave given grew grown heard hit knew laid led made met paid " +
  "rose risen said saw seen shook shot sold sought spent spun stood stole stolen struck stuck swept taken threw thrown told took torn tore understood " +
  "unbound undone withdrawn withdrew " +
  "true True unavailable unhealthy unknown unreachable valid went woke won written wrong wrote";
/** Where something is or goes, of which there are two or three. */
const SIDES =
  "back bottom down first front inbound incoming last next out outbound outgoing previous second third top up";

/** Requests and changes as interfaces spell them. */
const REQUESTS =
  "ADD ADDED CREATE CREATED DELETE DELETED INSERT MODIFIED MODIFY PATCH REMOVE REMOVED UPDATE UPDATED UPSERT READ WRITE";

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const thirdPerson = (verb: string) =>
  /(?:s|x|z|ch|sh)$/.test(verb) ? `${verb}es` : /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`;

const words = new Set(
  [...VERBS.split(" ").flatMap((verb) => [verb, thirdPerson(verb)]), ...STATES.split(" "), ...SIDES.split(" ")]
    .flatMap((word) => [word, capital(word)])
    .map((word) => hashWord(word, 0, word.length)),
);

/** `+sdown`, `-odown`: what came and what went. */
function isMarked(text: string, from: number, to: number): boolean {
  const sign = text.charCodeAt(from);
  return (sign === 43 || sign === 45) && to - from > 3 && isLetter(text.charCodeAt(from + 1));
}

const requests = new Set(REQUESTS.split(" ").map((word) => hashWord(word, 0, word.length)));

/** Does the word in capitals with this hash say what is done: `CREATE`, `DELETED`? */
export const isRequestWord = (hash: number): boolean => requests.has(hash);

/** Does the word text[from, to) with this hash say what happened: `started`, `closing`, `lost`? */
export function isEventWord(hash: number, text: string, from: number, to: number): boolean {
  if (words.has(hash) || isMarked(text, from, to)) return true;
  if (to - from < 4) return false;
  // `Initialization of`
  if (to - from > 6 && text.startsWith("ation", to - 5)) return true;
  const last = text.charCodeAt(to - 1) | 32;
  const before = text.charCodeAt(to - 2) | 32;
  return (last === 100 && before === 101) || (last === 103 && before === 110 && (text.charCodeAt(to - 3) | 32) === 105);
}
