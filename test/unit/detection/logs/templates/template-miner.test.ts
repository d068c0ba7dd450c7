import { describe, expect, test } from "vitest";
import { readLine } from "../../../../../src/detection/logs/templates/read-line.ts";
import { createTemplateMiner } from "../../../../../src/detection/logs/templates/template-miner.ts";
import { createTokenLine } from "../../../../../src/detection/logs/templates/token-line.ts";
import { groupingAccuracy, readCorpus } from "./grouping-accuracy.ts";

/** Small deterministic generator, so that a failure repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function word(next: () => number): string {
  return Array.from({ length: 7 }, () => "ghijklmnopqrstuvwxyz"[Math.floor(next() * 20)]).join("");
}

const ID = "4276dbcd-bfa3-4b86-877c-d813120973b1";
const HEX = "248729964a865d0abfa59f950749567f";

const textsOf = (lines: readonly string[]) => {
  const miner = createTemplateMiner();
  for (const line of lines) miner.learn(line);
  return [...miner.templates()].map(({ text }) => text);
};

describe("grouping accuracy", () => {
  test.each([
    { corpus: "formats.tsv", atLeast: 0.98 },
    { corpus: "shop.tsv", atLeast: 0.9 },
  ])("$corpus: at least $atLeast", ({ corpus, atLeast }) => {
    const rows = readCorpus(corpus);
    const miner = createTemplateMiner();
    const learned = rows.map(({ line }) => miner.learn(line));
    const ids = learned.map((id) => miner.resolve(id));
    expect(
      groupingAccuracy(
        rows.map(({ label }) => label),
        ids,
      ),
    ).toBeGreaterThanOrEqual(atLeast);
  });

  test("the measure counts a group that is split or mixed as wrong", () => {
    expect(groupingAccuracy(["a", "a", "b", "c"], [1, 1, 2, 2])).toBe(0.5);
    expect(groupingAccuracy(["a", "a", "b", "c"], [1, 3, 2, 4])).toBe(0.5);
  });
});

describe("values are masked at once", () => {
  test.each([
    ["numbers and units", "took 12 ms, read 1.2 KB", "took 3 s, read 384.0 B"],
    ["a size and its explanation", "sent 403 bytes, done", "sent 1190 bytes (1.16 KB), done"],
    ["a duration below one unit", "closed, lifetime <1 sec", "closed, lifetime 00:21"],
    ["addresses with and without port", "lost 10.0.0.1:80 now", "lost 10.0.0.2 now"],
    [
      "letters-only groups of a hardware address",
      "moved to 5c:50:15:4c:18:1c today",
      "moved to ff:fe:aa:bc:de:ad today",
    ],
    ["host names", "from ns.example.org port", "from 10.1.1.1 port"],
    ["paths", "opened /var/lib/a/b.log: ok", "opened /tmp/x: ok"],
    ["Windows paths", "loaded C:\\Windows\\a.dll from disk", "loaded D:\\b.dll from disk"],
    ["links", "fetching http://catalogue/items now", "fetching https://shop.example.com/a?b=c now"],
    ["mail addresses", "mail for ann@example.org queued", "mail for bob.b@lab.example.com queued"],
    ["identifiers", "job b9000564-fe1a-409b-b8cc-1e88b294cd1d ended", "job job_1445144423722_0020 ended"],
    ["hexadecimal words without digits", "commit deadbeef built", "commit abcdefab built"],
    ["lists of any length", "in sync: [1, 2, 3] ok", "in sync: [4] ok"],
    ["dates inside the sentence", "at Fri Jun 17 07:07:00 2005 by cron", "at Sat Jul 9 22:53:22 2005 by cron"],
    ["quoted values", 'lock tag="View Lock", uid=1', 'lock tag="*launch*", uid=2'],
    [
      "objects as toString prints them, however many they hold",
      "request: Seat(date=2023-01-29, from=nanjing, via=[a, b], of=Train{name=K, kind=fast}) ok",
      "request: Seat(date=2023-01-29, from=suzhou, via=[c]) ok",
    ],
    ["lists of names of any length", "asked for names: [TeKuai, ZhiDa, KuaiSu] now", "asked for names: [a, b] now"],
    ["a missing value", "lock ws=null, uid=1", "lock ws=WorkSource{10113}, uid=2"],
    ["flags after an equals sign", "expand: animated=true", "expand: animated=false"],
    ["names after an equals sign", "opened db=shop as user=ann", "opened db=ledger as user=bob"],
    ["a value that is missing", "failure; ruser= rhost=10.0.0.1 now", "failure; ruser=ann rhost=10.0.0.2 now"],
    ["pairs with colons", "got id:7 type:create path:/a", "got id:8 type:delete path:n/a"],
    ["quoted names of several words", 'cannot open "my file": denied', 'cannot open "other": denied'],
    ["single quotes", "pod 'a b' is gone", "pod 'c' is gone"],
    ["quotes as GNU writes them", "user `ann' not found", "user `bob smith' not found"],
    ["nothing in quotes", 'user "" not found', 'user "ann" not found'],
    ["quotes inside quotes", 'sent body="{\\"a\\": 1}" now', 'sent body="" now'],
    ["objects of JSON", 'answered {"a": [1, {"b": "x y"}]} to all', 'answered {"c": 2} to all'],
    ["bytes as Python prints them", "password: b'\\x00\\x01' set", "password: b'ab c' set"],
    ["calls that hold others", "sent: Get(path=a, on=b) now", "sent: Multi(ops=[Get(path=a)]) now"],
    ["an empty list", "voters=() chosen", "voters=(17 18) chosen"],
    ["names in brackets", "state of [Engine[main]] is kept", "state of [Host[a].Ctx[/b]] is kept"],
    ["an empty bracket", "context [] of main", "context [/shop] of main"],
    ["names in angle brackets", "read <pipeline0> again", "read <nil> again"],
    ["the root and other paths", "denied / for all", "denied /var/log for all"],
    ["parts of a device", "linked src0:pad to all", "linked queue12:sink to all"],
    ["what a statement was asked to do", "slow query: select 1 from a", "slow query: update b set c = 1 where d"],
    ["ruled lines of any length", "2026-11-20 22:27:36 INFO ------", "2026-11-20 22:27:36 INFO ----------------"],
    ["objects as Node.js prints them", "Params { id: a, by: [ 3 ] } read", "Params { name: b } read"],
    ["the method of a short request", 'INFO "GET /a/7" 404 483ms', 'INFO "DELETE /b" 204 -'],
    ["elements of XML", 'wrote <op id="a b" name="c"/> to it', 'wrote <nvpair id="d"> to it'],
    ["frames of the kernel's stack", "[    1.5]  do_fault+0x191/0x570", "[    1.5]  handle_irq+0x46/0x190"],
    ["what a body is", "sent application/json to 7", "sent text/html to 8"],
    ["short names joined by commas", "answered 7 qr,rd,ra with it", "answered 8 qr,aa,rd with it"],
    ["statements of SQL", "slow one (12ms) SELECT 1 FROM t", "slow one (9ms) UPDATE orders SET a = 1"],
    ["a text that is not there", "Diff: +++ 0.6.27 (null)", "Diff: +++ 0.6.28 3a4b5c6d7e8f9a0b"],
    [
      "access lines without quotes",
      "1.1.1.1 GET /a HTTP/1.0 403 - - bad tx1",
      "- - PUT /b HTTP/1.1 200 - Swift tx2 CS",
    ],
    ["one and many", "sent 1 change to them", "sent 2 changes to them"],
    [
      "columns before a level",
      "Nov 21 18:35:42.358 node1 pacemaker-based     [31] (cib_op) \tinfo: Wrote it all",
      "Nov 21 18:35:42.359 node2 pacemaker-attrd  [7] (write_all) \tnotice: Wrote it all",
    ],
    [
      "words in brackets before the time",
      "[1698 - Main Part] 2026-11-21 21:46:31 Info: detect: 154 rules read",
      "[1700 - Worker 7] 2026-11-21 21:46:32 Info: detect: 2 rules read",
    ],
    [
      "columns parted by dashes",
      "2026-11-21 21:46:10,120 - INFO - [http-exec-1] - order.service - sent 7 of it",
      "2026-11-21 21:46:11,120 - INFO - [scheduler] - order.service - sent 8 of it",
    ],
    [
      "columns parted by bars",
      "2026-11-21 21:46:10 | INFO | main | OrderService | sent 7 of it",
      "2026-11-21 21:46:11 | INFO | worker | OrderService | sent 8 of it",
    ],
    [
      "a name in parentheses after the level",
      "2026-11-21T21:46:10Z INFO (main) sent 7 of it",
      "2026-11-21T21:46:11Z INFO (poller) sent 8 of it",
    ],
    [
      "a thread without brackets before the level",
      "2026-11-21T21:46:10Z main ERROR sent 7 of it",
      "2026-11-21T21:46:11Z worker ERROR sent 8 of it",
    ],
    [
      "columns with tabs",
      "Nov 21 18:35:42 c2s55a2a2ebb290\tinfo\tClient gone: connection closed",
      "Nov 21 18:35:43 c2s55a2a2efa4c0\tinfo\tClient gone: unexpected eof",
    ],
    [
      "the sentence inside an object, as Rust's tracing writes it",
      '{"timestamp":"2026-11-21T21:49:00.4Z","level":"INFO","fields":{"message":"started 7 of it","n":"a b"},"target":"x::y"}',
      '{"timestamp":"2026-11-21T21:49:01.4Z","level":"WARN","fields":{"message":"started 8 of it"},"target":"x::y","span":{"name":"z"}}',
    ],
    [
      "the sentence of Serilog",
      '{"@t":"2026-11-21T21:49:00Z","@mt":"Order {Id} shipped","Id":7}',
      '{"@t":"2026-11-21T21:49:01Z","@mt":"Order {Id} shipped","Id":8,"@l":"Warning"}',
    ],
    [
      "the category of log4js",
      "[2026-11-21T22:17:22.462] [INFO] addon/new-relic - event 7 is over",
      "[2026-11-21T22:17:23.465] [WARN] addon/webhook - event 8 is over",
    ],
    [
      "objects as Python prints them",
      "freed <Worker 'w 1'> again",
      "freed <x.y.Poller object at 0x7f3e10593610> again",
    ],
    ["lists of texts", "ran ['sh', '-c', 'a b'] for it", "ran ['git'] for it"],
    ["lists in quotes", "ran '['sh', '-c']' for it", "ran 'echo ok' for it"],
    ["from one state to another", "order 7 of it: pending -> paid", "order 8 of it: paid -> shipped"],
    ["conditions behind a colon", "stream 7 was closed: not-well-formed", "stream 8 was closed: the host is unknown"],
    [
      "JSON without spaces that holds a date",
      '{"level":"info","ts":1795297941.7,"msg":"handled it 7 times","of":{"Last-Modified":["Sat, 21 Nov 2026 21:51:34 GMT"],"n":[7]}}',
      '{"level":"info","ts":1795297942.7,"msg":"handled it 8 times","of":{}}',
    ],
    [
      "requests of OpenStack",
      `2026-11-21 21:36:18.278 10182 INFO a.log [req-${ID} req-${ID} ${HEX} ${HEX} - - default default] took 7 of it`,
      "2026-11-21 22:08:00.638 25702 INFO a.log [None req-7 - - - - - -] took 8 of it",
    ],
    ["from where to where", "stream a.example.com->b.example.org over", "stream b.example.org->10.0.0.7 over"],
    [
      "what OpenSSL says",
      "7 handshake: error:0A00009C:SSL routines::http request (10.0.0.1)",
      "8 handshake: error:0A000418:SSL routines::tlsv1 alert unknown ca (10.0.0.2)",
    ],
    [
      "what a level in parentheses is about",
      "2026-11-20 22:27:36 +0000 /Stage[main]/Job[a of b]/run (notice): Skipped once more",
      "2026-11-20 22:27:36 +0000 Puppet (notice): Skipped once more",
    ],
    ["jobs of cron", "(root) CMD (run-parts /etc/cron.hourly)", "(root) CMD (test -x /a && b)"],
    [
      "the statement that PostgreSQL quotes",
      "2026-11-20 22:27:36.100 UTC [7] STATEMENT:  select 1;",
      "2026-11-20 22:27:36.200 UTC [8] STATEMENT:  drop table a, b;",
    ],
    [
      "the page before, where a web server tells it",
      "2026/11/20 22:27:36 [error] 7#7: *1 open() failed, client: 10.0.0.1",
      '2026/11/20 22:27:36 [error] 7#7: *2 open() failed, client: 10.0.0.2, referrer: "http://a/b"',
    ],
    [
      "module and level in brackets",
      "[Fri Nov 20 22:27:36.1 2026] [core:info] [pid 7:tid 8] AH00128: no such file",
      "[Fri Nov 20 22:27:36.2 2026] [authz_core:info] [pid 9:tid 8] AH00128: no such file",
    ],
    [
      "thread and class after the level",
      "2026-11-20 22:27:36,1 [id:1] - DEBUG [Work(a b:1)::Proc] - granted 1",
      "2026-11-20 22:27:36,2 [id:1] - DEBUG [Other:Proc] - granted 2",
    ],
    [
      "process, time, level and file in one bracket",
      "[7:7:1121/065428.521474:VERBOSE1:a/b.cc(12)] cache opened",
      "[8:9:1121/065428.600001:VERBOSE1:c/d/e.cc(7)] cache opened",
    ],
    [
      "what explains a value",
      "7: relay=none, status=sent (delivered to mailbox)",
      "9: relay=a, status=sent (250 2.0.0 queued as 7A)",
    ],
    ["an empty address", "7: from=<>, size=9", "8: from=<a@example.org>, size=7"],
    ["units of systemd", "stopping ssh.service now", "stopping dbus.socket now"],
    ["a status code and its reason", "answered 200 OK in 7 ms", "answered 404 Not Found in 12 ms"],
    ["names of objects made of pairs", "removed a.b:type=Broker,name=shop", "removed a.b:type=Topic,name=x,mode=y"],
    [
      "objects with square brackets",
      "closed Socket[addr=/10.0.0.1,port=7] now",
      "closed Socket[addr=/10.0.0.2,port=9,local=5] now",
    ],
    [
      "names with a space inside brackets in brackets",
      "state of [Valve[Container is null]] is kept",
      "state of [Host[a]] is kept",
    ],
    ["hosts of a network of one's own", "asked web.corp for it", "asked db.lan for it"],
    ["servers that were never chosen", "shop carts/<NOSRV> 503 down", "shop carts/c1 200 down"],
    [
      "levels and classes of java.util.logging",
      "21-Nov-2026 06:56:00.902 FINE [main] a.b.C.d Started 7 of them",
      "21-Nov-2026 06:56:01.002 INFO [exec-1] a.b.C.d Started 9 of them",
    ],
    [
      "user agents of access lines",
      '1.1.1.1 - - [20/Nov/2026:22:27:35 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8"',
      '1.1.1.2 - - [20/Nov/2026:22:27:36 +0000] "GET /b HTTP/1.1" 500 0 "-" "Mozilla/5.0 (X11; Linux) Gecko"',
    ],
    ["a group in brackets after a sign", "held keep=[a (1), b (2)] now", "held keep=[c (7)] now"],
    ["a value with its type", "made rate=(int)44100 of it", "made rate=(fraction)30/1 of it"],
    ["what a pair calls", "made by=Worker(idle, 7) again", "made by=Host again"],
    ["a sign alone in brackets", "calling free(.) now", "calling free(bad.zone) now"],
    ["names with two dots", "found a..b/x.y for it", "found c/x.y for it"],
    ["texts of error numbers", "cannot stat /a: Permission denied", "cannot stat /b: No such file or directory"],
    ["the same in lower case", "dial to tcp: connection refused", "dial to tcp: network is unreachable"],
    ["methods before a target", "asked GET http://a/b in 7 ms", "asked DELETE http://a/b in 8 ms"],
    ["methods at the beginning", "GET /carts/7 status=200", "POST /carts/8 status=500"],
    ["structs as Go prints them", "kept {Phase:Running Of:[a b]} now", "kept {Phase:Done Of:[]} now"],
    [
      "structs with their type",
      "made &Pod{Name:a,Ports:[]Port{},} now",
      "made &Pod{Name:b,Ports:[]Port{Port{Of:7,},},} now",
    ],
    ["objects as Java prints them", "closed Socket[unconnected]", "closed Socket[addr=/10.0.0.1,port=7,localport=9]"],
    ["errors as Python prints them", "received NoNodeError() at 7", "received OSError('no route') at 8"],
    ["parts with their address", "linked queue:src(0x7f8a) and it", "linked sink:pad(0x5581) and it"],
    [
      "names with an identifier",
      "one of carts_a(083a45eb-8e68-40f7-9bdc-fe1506d817c2)",
      "one of pay(a7e021d0-3d41-4569-9f9b-3512787f7f14)",
    ],
    ["names of quoted parts", 'watching object-"shop"/"gone" again', 'watching object-"a"/"b" again'],
    ["users of a host", "ann@shop/work acknowledged 1 of 2", "bob@shop/home acknowledged 1 of 4"],
    ["a quoted subject", '"listen" directive is double in /a:1', '"events" directive is double in /a:2'],
    [
      "a level before the sentence of a daemon",
      "Nov 21 09:00:31 h sshd[7]: debug1: called 7",
      "Nov 21 09:00:31 h sshd[7]: called 8",
    ],
    ["day and month without a year", "21 Nov 13:28:50 - [info] Updated it", "21 Nov 13:33:06 - [info] Updated it"],
    ["the function that speaks", "parse_uri(): end of header, state=5", "parse_via(): end of header, state=29"],
    ["a tag at the end", "KEX of the peer sent", "KEX of the peer sent [preauth]"],
    ["files", "storage.config loading ...", "ip_allow.yaml loading ..."],
    ["values joined by a bar", "closed id=7 cmd=ping name=", "closed id=8 cmd=config|get name=a"],
    ["what stands in brackets", "closing it <- [PUB foo 5]", "closing it <- [SUB a b 7 9]"],
    [
      "the name of an event beside its message",
      '{"event":"user.add","message":"a b"}',
      '{"event":"user.add","message":"c"}',
    ],
    ["options of commands", 'FLAG: --address="0.0.0.0"', 'FLAG: --names="[a b]"'],
    ["objects and what they hold", "Started Context@4b9e25{a,AVAILABLE}{/a.war}", "Started Server@1f2[9.4]"],
    [
      "maps as Go prints them",
      "event 24 map[folder:logs from:idle]",
      "event 38 map[action:modified folder:docs type:dir]",
    ],
    ["a method before a quoted target", 'http: GET "/a": status 200', 'http: POST "/b": status 0'],
    ["a number before a key", "epoll: fd:5 ev:0001 d:7", "epoll: fd:6 ev:201A d:8"],
    ["the key of an object", "Updating east/api-keys", "Updating west/till-lock"],
    ["an object with its kind", "Sync 7 Cluster(east/api): reconciled", "Sync 8 Topic(west/rows): reconciled"],
    ["parameters of a route", "Mapped {/api/shelves, GET} route", "Mapped {/api/shelves/:shelf/:row, GET} route"],
    ["parameters in braces and angles", "serving /shelves/{id}/rows now", "serving /shelves/<shelf>/rows now"],
    [
      "dotted names of components",
      "ACTIVATING org.example.shelf.store-bridge",
      "ACTIVATING org.example.shelf-cleanup.rows",
    ],
    ["variables that are set", "Setting SHELF_ID to 7", "Setting SHELF_HOST to 10.0.0.1"],
    [
      "who asks, in an access line",
      '10.0.0.1 - ann [26/Aug/2026:06:50:33 +0000] "GET /a HTTP/1.1" 200 12',
      '10.0.0.1 - - [26/Aug/2026:06:50:34 +0000] "GET /a HTTP/1.1" 200 12',
    ],
    ["methods of a request line", '10.0.0.1 - "GET /a HTTP/1.1" 200 7', '10.0.0.1 - "POST /a HTTP/1.1" 200 7'],
    [
      "the state of a thing, in brackets behind its name",
      "epoch: 42 pg[5.7( empty local=30/31 n=0) [3,0] r=2 lpr=4] starting it",
      "epoch: 43 pg[2.e( v 4'5 (0'0,4'5] local=1/2 n=9 sis=1) [2,1] r=-1 lpr=9 remapped NOTIFY] starting it",
    ],
    [
      "quotes in brackets of what is quoted",
      'cannot parse "alert tcp (msg:"a"; content:"b c"; sid:1;)" from line 7',
      'cannot parse "alert udp any (msg:"d"; pcre:"/(e/"; sid:2;)" from line 8',
    ],
    ["paths that go on behind a colon", "created roles/system:node", "created roles/system:controller:job-a"],
    ["names with which a sentence ends", "Columns: folderId, tagId", "Columns: name, role, projectId, row"],
    ["numbered frames", "shelf lost\n#0 open(7)\n#1 main()", "shelf lost\n#0 close(9)\n#1 start()\n#2 main()"],
  ])("%s", (_, first, second) => {
    expect(textsOf([first, second])).toHaveLength(1);
  });
});

describe("statements that differ in a word stay apart", () => {
  test.each([
    ["opposite events", "session opened for job", "session closed for job"],
    ["how it ended, after a colon", "answer of the scheduler: granted", "answer of the scheduler: refused"],
    ["how it ended, in a pair", "7: relay=a, status=sent (to box)", "9: relay=a, status=bounced (unknown user)"],
    ["verbs without an ending", "fast path to cache lost", "fast path to cache found"],
    ["places", "adding at top: a.conf", "adding at bottom: a.conf"],
    ["words that hold a sentence together", "moved state to READY", "moved state after READY"],
    ["sentences that a subject announces", "pod 7 volume a: wrote new data", "pod 7 volume b: no update required"],
    ["what is called of something", "doing context->checkHost() now", "doing context->checkUser() now"],
    ["qualified functions", "END Transact::ModifyRequest", "END Transact::StartRequest"],
    ["clauses behind a name", "made box for &Meta{Name:a,} failed", "made box for &Meta{Name:a,} returned 7"],
    ["functions before what they did", "GetGlobal(7) of the folder", "WithNeed(7) of the folder"],
    ["codes of messages", "AH00944: connecting 10.0.0.1", "AH00947: connecting 10.0.0.1"],
    ["words in a row of brackets", "id 7 [login][started now]", "id 7 [logout][started now]"],
    ["the event of a pair", "event=connect from 10.0.0.1", "event=closed from 10.0.0.1"],
    ["apostrophes", "can't open the host's file", "can't close the host's file"],
    ["an open quote", 'the 6" disk started', 'the 6" disk stopped'],
    ["who speaks", "[a.c:1]: check_uri(): entered it", "[a.c:1]: check_via(): entered it"],
    ["functions that are called", "calling open(7) for it", "calling close(7) for it"],
    [
      "what was done to the same pairs",
      "sessionid:0x1 type:a cxid:0x0 zxid:0x1",
      "Proposing:: sessionid:0x1 type:a cxid:0x0 zxid:0x1",
    ],
    ["codes with a letter behind", "WSVR0200I: started it", "WSVR0201I: started it"],
    ["what an event in brackets says", "sweep of the old files (start)", "sweep of the old files (end)"],
    ["events with a dash", "the breaker of 7 is half-opened on a", "the breaker of 7 is closed on a"],
    ["a reason and none", "client 7 of the hub disconnected: 12", "client 7 of the hub disconnected"],
    ["where it goes", "From: 10.0.0.1 piece no=7", "To: 10.0.0.1 piece no=7"],
    ["parts named like a payload", "rlm_sql (sql): opening another 7", "rlm_sql (sql): closing the last 7"],
    ["what was right and wrong", "Login OK for 7 of them at home", "Login incorrect for 7 of them at home"],
    ["classes of errors", "internal error: no device for 7", "internal error: child 8 is gone"],
    ["what it took time for", "Took 5 s to destroy the shelf 7", "Took 6 s to snapshot the shelf 8"],
    ["names of numbers", "10.0.0.1 status: 200 len: 7 time: 0.3", "10.0.0.1 status: 200 len: 8 version: 1"],
    ["a line that states its level and one that states none", "INFO: shelf 7 is in its row", "shelf 7 is in its row"],
    ["names of settings", "the engine: Options.write_size: 64", "the engine: Options.read_size : 32"],
    [
      "what follows a command with a detail",
      "'renew' command (dad60742) processed it",
      "'renew' command (dad60742) dropped it",
    ],
    ["frames that may be none", "[    1.5]  do_fault+0x191/0x570", "[    1.5]  ? do_fault+0x191/0x570"],
    ["signs at the beginning", "=> 7 bytes of it", "<= 7 bytes of it"],
    ["calls with one argument", "leave(state=open) returned", "enter(state=open) returned"],
    ["other layouts", "2026-11-20 22:27:36 disk full", '{"msg":"disk full"}'],
    ["what could not be done", "Failed to autoscale shelf 7 again", "Failed to weigh shelf 7 again"],
    ["what cannot be done", "cannot weigh the shelf 7", "cannot tilt the shelf 7"],
    ["requests in capitals", "Desired change: CREATE a.example.org A", "Desired change: UPSERT a.example.org A"],
    ["a request and what came of it", "GET /shelves/7", "GET /shelves/7 => 200 OK"],
    ["plain words beside a slash", "moved read/write", "moved east/west"],
    [
      "texts of another level",
      "2026-03-04 05:06:07 INFO  Load the shelf again: searching for a row",
      "2026-03-04 05:06:07 ERROR Load the shelf again: nothing was there",
    ],
  ])("%s", (_, first, second) => {
    expect(textsOf([first, second])).toHaveLength(2);
  });
});

describe("words become values by evidence", () => {
  const names = ["ann", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];

  test("sentences that differ in one name become one template under the oldest id", () => {
    const miner = createTemplateMiner();
    const ids = names.map((name) => miner.learn(`mail delivered to ${name} in time`));
    expect(new Set(ids.map((id) => miner.resolve(id)))).toEqual(new Set([ids[0]]));
    expect([...miner.templates()]).toEqual([
      { id: ids[0], text: "mail delivered to <*> in time", count: names.length },
    ]);
  });

  test.each([
    ["a value and its absence", "unregister callback for com.example.Bar@712d093", "unregister callback for null"],
    ["in brackets", "the peer is [up] now", "the peer is [down] now"],
    ["after a preposition", "link up on en0", "link up on awdl0"],
    ["after a colon", "answer of the scheduler: table", "answer of the scheduler: schema"],
    ["what it is about", "created partition snapshot of /a", "created table snapshot of /b"],
    ["names of several words", "zones: zone a/IN: loaded it all", "zones: managed-keys: loaded it all"],
    ["booleans", "keeping alive set to true", "keeping alive set to false"],
    ["states in a short sentence", "task_1 moved from NEW to RUNNING", "task_2 moved from RUNNING to DONE"],
    ["states in a sentence", "task_1 of the job moved from NEW to READY", "task_2 of the job moved from READY to DONE"],
    ["names joined by a colon", "trying to link typefind:src and sink", "trying to link queue:src and sink"],
    [
      "names in a long sentence",
      "asked the peer QUORUM_A for its vote again",
      "asked the peer QUORUM_B for its vote again",
    ],
  ])("where a sentence leaves room for one, two are enough: %s", (_, first, second) => {
    expect(textsOf([first, second])).toHaveLength(1);
  });

  test.each([
    [
      "a text from elsewhere after a colon",
      [
        "cannot reach the bus: no such file or directory",
        "cannot reach the bus: the address 10.0.0.1 is of unknown type",
      ],
      "cannot reach the bus: <*>",
    ],
    ["what an error says", ["IOError: the pipe broke", "IOError: no route to it"], "IOError: <*>"],
    [
      "names of several words",
      ["Registration for Safety Tips", "Registration for Privacy Sandbox Attestations", "Registration for Hints"].map(
        (text) => `Begin ${text}`,
      ),
      "Begin Registration for <*>",
    ],
    [
      "pairs with other keys",
      [
        "lost peer 7 after 3 s: in=1 out=2 all=3",
        "lost peer 8 after 4 s: out=7 all=7",
        "lost peer 9 after 5 s: in=2 all=2",
      ],
      "lost peer <*> after <*>: <*>",
    ],
  ])("what follows may have any length: %s", (_, lines, text) => {
    expect(textsOf(lines)).toEqual([text]);
    expect(textsOf([...lines, ...lines])).toEqual([text]);
  });

  test.each([
    ["a chain of short words before the colon", ["kex: algorithm: chosen by me", "kex: algorithm: none"]],
    ["a context before the colon", ["imap: Mailbox INBOX: opened it", "imap: Mailbox INBOX: purging it took 7 ms"]],
    ["plain words after a preposition", ["put at the top: a.conf", "put at the bottom: b.conf"]],
    ["other parts after a value", ["dial to tcp:10.0.0.1:80 succeeded", "dial to tcp:10.0.0.1:80 failed at once"]],
    [
      "two names of several words",
      ["Begin Registration for Safety Tips", "Begin Registration for Sandbox Attestations Now"],
    ],
  ])("statements of different length stay apart: %s", (_, lines) => {
    expect(textsOf(lines)).toHaveLength(2);
  });

  test.each([
    [
      "in the middle",
      "reading 7 from 10.0.0.1 with flags 1 and size 9",
      "reading 8 from 10.0.0.2 DIRECT with flags 1 and size 7",
    ],
    [
      "at the end",
      "7 failed to send a message to 9 because it is away",
      "8 failed to send a message to 9 because it is away today",
    ],
  ])("a long sentence may have a word more: %s", (_, first, second) => {
    expect(textsOf([first, second])).toHaveLength(1);
    expect(textsOf([second, first, second])).toEqual(textsOf([second]));
  });

  test.each([
    ["a value less", "response status: 200 in 7 ms", "response status:  in 7 ms"],
    ["a value before it", "*1 malloc: 00005641A86D91D0:1024", "malloc: 00005641A86D91D0:49152"],
    ["a tag before it", "zoneload: automatic empty zone of 7", "automatic empty zone of 7"],
    ["a pair behind it", "deprecated header x-a is ignored", "deprecated header x-a is ignored trace=bd8619a6"],
    ["words for a value", "the queue 7 was opened by me", "the queue main of all was opened by me"],
    [
      "an explanation of another length",
      "client 7 (corp): query failed (zone not loaded) for a/7",
      "client 8 (x.test): query failed (SERVFAIL) for b/7",
    ],
    [
      "an explanation or none",
      "connection closed by 10.0.0.1 port 22 [preauth]",
      "connection closed by 10.0.0.1 port 22",
    ],
  ])("one sentence, with %s", (_, first, second) => {
    expect(textsOf([first, second])).toHaveLength(1);
    expect(textsOf([second, first, second])).toHaveLength(1);
  });

  test.each([
    ["an object", "dropped Message {kind = text, of = { id = a b }} late", "dropped Message <*> late"],
    ["a name of a domain", "auth for [OFFICE]\\[ann lee] over", "auth for <*> over"],
    ["an address with its scheme", "unix:/run/a.sock: connecting now", "<*>: connecting now"],
    ["a name in brackets", "processed [check_orphans] again", "processed <*> again"],
    ["a place of XPath", "changed /cib/node[@id='3']/lrm for all", "changed <*> for all"],
  ])("%s is one value", (_, line, text) => expect(textsOf([line])).toEqual([text]));

  test("what stands in brackets is shown as a value once it was seen to vary", () => {
    const lines = [
      "client 7 (corp): query failed (zone not loaded) for a/7",
      "client 8 (x.test): query failed (SERVFAIL) for b/7",
    ];
    expect(textsOf(lines)).toEqual(["client <*> (<*>): query failed (<*>) for <*>"]);
  });

  test("templates that have become alike are joined, whatever their length", () => {
    const miner = createTemplateMiner();
    const ids = [
      "locked the key of the store for Client at 7",
      "locked the key of the store for the peer at 7",
      "locked the key of the store for 10.0.0.1 at 7",
    ].map((line) => miner.learn(line));
    expect(new Set(ids.map((id) => miner.resolve(id)))).toEqual(new Set([ids[0]]));
    expect([...miner.templates()].map(({ count }) => count)).toEqual([3]);
  });

  test("a word that was a value elsewhere is one here: two sentences are enough", () => {
    const sentences = ["gate ann creaks", "gate bob creaks"];
    expect(textsOf(sentences)).toHaveLength(2);
    const miner = createTemplateMiner();
    for (const name of ["ann", "bob"]) miner.learn(`user '${name}' came`);
    const [first = 0, second = 0] = sentences.map((line) => miner.learn(line));
    expect(miner.resolve(second)).toBe(first);
  });

  test("pairs behind the same words that have no key in common are different things", () => {
    const lines = ["op 7 found it base=a scope=2", "op 8 found it attr=b", "op 9 found it oid=c text=d"];
    expect(textsOf(lines)).toHaveLength(3);
  });

  test("what a sentence is about, before a colon, is a value soon", () => {
    expect(
      textsOf(["pics: cannot follow the link", "broken: cannot follow the link", "new: cannot follow the link"]),
    ).toEqual(["<*>: cannot follow the link"]);
  });

  test("where anything is told, how it ended is told as well", () => {
    const told = ["no route to 10.0.0.1", "the box is full of rows", "closed"].map(
      (why) => `Client thrown out: ${why}`,
    );
    expect(textsOf(told)).toEqual(["Client thrown out: <*>"]);
  });

  test("what stands in brackets does not keep apart sentences that go on with anything", () => {
    const lines = [
      "[replace facts] Retrying after attempt 1 for store-1, due to: connection refused",
      "[replace facts] Retrying after attempt 2 for store-2, due to: server went away",
      "[replace catalog] Retrying after attempt 1 for store-3, due to: connection refused",
      "[catalog] Retrying after attempt 3 for store-3, due to: server is shutting down",
    ];
    expect(textsOf(lines)).toEqual(["[<*>] Retrying after attempt <*> for <*>, due to: <*>"]);
  });

  test("a text that the last pair of a line holds is one value, however many words it has", () => {
    const texts = ["no such object", "attribute mail: no equality rule", "busy"];
    expect(textsOf(texts.map((text, i) => `conn=${i} op=2 RESULT err=3${i} text=${text}`))).toEqual([
      "conn=<*> op=<*> RESULT err=<*> text=<*>",
    ]);
    // Not when another pair follows.
    expect(textsOf(["lookup done error=none found=3"])).toEqual(["lookup done error=<*> found=<*>"]);
  });

  test("an identifier behind a colon is a value, whether it begins with a digit or a letter", () => {
    const ids = ["19b1e608-0696-4855-9265-f857700001d2", "c2aab5d6-31be-4464-a492-ccfe510fcf9c"];
    expect(textsOf(ids.map((id) => `Attached volume:${id} to it`))).toEqual(["Attached volume:<*> to it"]);
  });

  test("a place and a name are no reason to take whatever follows for anything", () => {
    const said = ["Replacing wrong characters in it", "opened for 7 rows", "Removing it again"];
    expect(textsOf(said.map((what) => `Local file system at /a: ${what}`))).toHaveLength(3);
  });

  test("requests stay apart by their method where that is asked for", () => {
    const miner = createTemplateMiner({ keepMethods: true });
    const lines = ["GET", "DELETE", "GET"].map((method) => `10.0.0.1 - "${method} /a/7 HTTP/1.1" 200 7`);
    const [get, remove, again] = lines.map((line) => miner.learn(line));
    expect(remove).not.toBe(get);
    expect(again).toBe(get);
  });

  test("a word after an address is not one of many", () => {
    expect(textsOf(["10.0.0.1:1194 Timers: ping 2 again", "Timers: ping 3 again"])).toEqual([
      "<*> Timers: ping <*> again",
    ]);
  });

  test("a word that turns the meaning round makes another sentence", () => {
    expect(
      textsOf(["the peer 7 is ready to vote in this round", "the peer 7 is not ready to vote in this round"]),
    ).toHaveLength(2);
  });

  test("a name nobody has seen falls into the template without a new one", () => {
    const miner = createTemplateMiner();
    for (const name of names) miner.learn(`mail delivered to ${name} in time`);
    miner.learn("mail delivered to zoe in time");
    expect(miner.size).toBe(1);
  });

  test("resolve follows merges of merges and leaves unknown ids alone", () => {
    const miner = createTemplateMiner();
    const ids = names.flatMap((name) =>
      names.map((other) => miner.learn(`route ${name} gave way to route ${other} again`)),
    );
    const resolved = ids.map((id) => miner.resolve(id));
    expect(resolved.every((id) => miner.template(id) !== undefined)).toBe(true);
    expect(miner.resolve(999_999)).toBe(999_999);
  });
});

describe("hostile input", () => {
  test.each([
    ["nothing", ""],
    ["spaces", "   \t "],
    ["NUL", "a\0b\0\0"],
    ["a lone surrogate", "x \ud800 y"],
    ["undecodable bytes", Buffer.from([0xff, 0xfe, 0x41, 0xc3, 0x28]).toString("utf8")],
    ["open brackets", "[".repeat(5_000)],
    ["open JSON", `{"msg":"abc`],
    ["records that never close", "A(a=1, b=".repeat(1_000)],
    ["lists that never close", "a: [b, ".repeat(1_000)],
    ["nested JSON", `${'{"a":'.repeat(2_000)}1`],
    ["only quotes", '"'.repeat(3_000)],
    ["equals and quotes", '="'.repeat(3_000)],
    ["colons", "a:".repeat(3_000)],
    ["signs and open quotes", `go on ${"='1".repeat(2_000)}`],
    ["quotes that never close", "'1".repeat(3_000)],
    ["escaped quotes", '\\"|'.repeat(2_000)],
    ["brackets after signs", "=(".repeat(3_000)],
    ["escapes", `{"msg":"\\\\\\u12\\"}`],
    ["a time and nothing else", "2026-11-20T22:27:35.866Z"],
    ["a header and nothing else", "2026-11-20 22:27:36.933  INFO [carts,]"],
  ])("%s gets a stable id", (_, line) => {
    const miner = createTemplateMiner();
    expect(miner.learn(line)).toBe(miner.learn(line));
    expect([...miner.templates()][0]?.count).toBe(2);
  });

  test("however a long line is made, reading it looks at each character a bounded number of times", () => {
    const looks = (text: string) => {
      let count = 0;
      const counted = new Proxy(Object(text) as object, {
        get(target, key) {
          count++;
          const value: unknown = Reflect.get(target, key, text);
          return typeof value === "function" ? value.bind(text) : value;
        },
      });
      readLine(counted as unknown as string, text.length, createTokenLine(), { start: 0, end: 0 });
      return count / text.length;
    };
    for (const unit of [
      "a=",
      "a=a,",
      "='1",
      "'1",
      "=(",
      '{"=',
      '\\"|',
      "a(a=1,",
      "{a:1 ",
      "<a b=",
      "/a[@",
      '"GET /',
      "{ a: ",
      "'[",
      "<A ",
      "<A (",
      "['",
      "a->",
      "(a) ",
      "a | ",
      "a\t",
      " - ",
    ])
      expect(looks(unit.repeat(16_384 / unit.length)), unit).toBeLessThan(100);
  });

  test("a line of ten million characters is read at its beginning and counted", () => {
    const miner = createTemplateMiner();
    const long = `started ${"x".repeat(10_000_000)}`;
    expect(miner.learn(long)).toBe(miner.learn(`${long}y`));
    expect(miner.losses().cut).toBe(2);
    expect([...miner.templates()][0]?.text.length).toBeLessThan(3_000);
  });

  test("random bytes never throw and always give an id", () => {
    const next = random(11);
    const miner = createTemplateMiner({ maxTemplates: 100 });
    for (let i = 0; i < 3_000; i++) {
      const bytes = Uint8Array.from({ length: Math.floor(next() * 200) }, () => Math.floor(next() * 256));
      expect(miner.learn(Buffer.from(bytes).toString("latin1"))).toBeGreaterThan(0);
    }
    expect(miner.size).toBeLessThanOrEqual(100);
  });
});

describe("bounds", () => {
  test("200,000 unique lines keep to the limit, and what was dropped is counted", () => {
    const next = random(3);
    const miner = createTemplateMiner({ maxTemplates: 5_000 });
    for (let i = 0; i < 200_000; i++) miner.learn(`${word(next)} ${word(next)} ${word(next)} ended with ${word(next)}`);
    expect(miner.size).toBe(5_000);
    expect([...miner.templates()]).toHaveLength(5_000);
    expect(miner.losses().evicted + miner.losses().merged).toBe(195_000);
  });

  test("a template that is seen again and again outlives the flood under its id", () => {
    const next = random(4);
    const miner = createTemplateMiner({ maxTemplates: 200 });
    const id = miner.learn("heartbeat of the scheduler");
    for (let i = 0; i < 20_000; i++) {
      miner.learn(`${word(next)} ${word(next)} ${word(next)}`);
      if (i % 20 === 0) miner.learn("heartbeat of the scheduler");
    }
    expect(miner.learn("heartbeat of the scheduler")).toBe(id);
    expect(miner.template(id)?.count).toBe(1_002);
  });

  test("an evicted template is gone, and its line starts a new one with a new id", () => {
    const miner = createTemplateMiner({ maxTemplates: 2 });
    const id = miner.learn("first statement");
    for (const line of ["second thing happened", "third event", "fourth one over there now"]) miner.learn(line);
    expect(miner.template(id)).toBeUndefined();
    expect(miner.learn("first statement")).toBeGreaterThan(id);
  });
});

test.each([
  ["payment declined: card expired", "payment declined: insufficient funds", "payment declined: gateway unreachable"],
  ["Error: aborted by client", "Error: too many clients already", "Error: no route to host"],
])("for who asks what is new, %s stays apart from what else is told", (...texts) => {
  const miner = createTemplateMiner({ keepTexts: true });
  const ids = texts.map((text) => miner.learn(`2026-11-20T10:00:00Z ERROR orders ${text}`));
  expect(new Set(ids.map((id) => miner.resolve(id))).size).toBe(3);
});

test("for who asks what is new, what was raised stays apart below one sentence; for who asks which statement wrote it, it is one", () => {
  const raised = [
    "KeyError: 'customer'",
    "pymysql.err.OperationalError: (1040, 'Too many connections')",
    "TimeoutError: 5",
  ];
  const trace = (end: string) =>
    `ERROR could not process order 5\nTraceback (most recent call last):\n  File "/app/w.py", line 3, in take\n    call()\n${end}`;
  const size = (keepTexts: boolean) => {
    const miner = createTemplateMiner({ keepTexts });
    const ids = [...raised, ...raised].map((end) => miner.learn(trace(end)));
    return new Set(ids.map((id) => miner.resolve(id))).size;
  };
  expect([size(true), size(false)]).toEqual([3, 1]);
});

test("frames of a stack leave nothing of themselves in a template's text", () => {
  const miner = createTemplateMiner();
  const id = miner.learn(
    'ERROR no order\nTraceback (most recent call last):\n  File "/app/w.py", line 3, in take\n    call()\nKeyError: 5',
  );
  expect(miner.template(id)?.text).toBe("no order\nTraceback (most recent call last):\nKeyError: <*>");
});

describe("properties", () => {
  const lines = [...readCorpus("shop.tsv"), ...readCorpus("formats.tsv")].map(({ line }) => line);

  test("the same lines in the same order give the same ids and templates", () => {
    const run = () => {
      const miner = createTemplateMiner();
      return { ids: lines.map((line) => miner.learn(line)), templates: [...miner.templates()] };
    };
    expect(run()).toEqual(run());
  });

  test("every line counts once", () => {
    const miner = createTemplateMiner();
    for (const line of lines) miner.learn(line);
    expect([...miner.templates()].reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
  });

  test("learning again changes no id and adds no template", () => {
    const miner = createTemplateMiner();
    const first = lines.map((line) => miner.learn(line)).map((id) => miner.resolve(id));
    const { size } = miner;
    expect(lines.map((line) => miner.resolve(miner.learn(line)))).toEqual(first);
    expect(miner.size).toBe(size);
  });

  test("masking is idempotent: a template's text, learned as a line, is its own template", () => {
    const miner = createTemplateMiner();
    for (const line of lines) miner.learn(line);
    for (const { text } of [...miner.templates()]) {
      const again = createTemplateMiner();
      again.learn(text.replaceAll("<*>", "17"));
      const once = [...again.templates()][0]?.text ?? "";
      const twice = createTemplateMiner();
      twice.learn(once.replaceAll("<*>", "17"));
      expect([...twice.templates()][0]?.text).toBe(once);
    }
  });

  test("a message of several lines is known by its sentences, not by its stack frames", () => {
    const miner = createTemplateMiner();
    const trace = (frame: string) =>
      `2026-11-20 22:27:36 ERROR order failed\njava.lang.IllegalStateException: no stock\n\tat ${frame}`;
    expect(miner.learn(trace("a.B.c(B.java:1)\n\tat d.E.f(E.java:2)"))).toBe(miner.learn(trace("x.Y.z(Y.java:9)")));
  });
});
