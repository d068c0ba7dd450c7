import { describe, expect, test } from "vitest";
import { createTemplateMiner } from "../../../../../src/detection/logs/templates/template-miner.ts";

/** The texts of the templates that these lines have become. */
function textsOf(lines: readonly string[]): string[] {
  const miner = createTemplateMiner();
  for (const line of lines) miner.learn(line);
  return [...miner.templates()].map(({ text }) => text);
}

describe("one sentence", () => {
  test.each([
    [
      "with a name and without one in angle brackets",
      ["kept <>", "kept <bob@depot.example>", "kept <ann@depot.example>"],
    ],
    [
      "about what has a name and what has none",
      [
        "depot/ann@10.0.0.1:44404 took parcel 7",
        "(nodepot)/ann@10.0.0.1:44405 took parcel 8",
        "(nodepot)/(nouser)@10.0.0.1:44406 took parcel 9",
      ],
    ],
    ["that is a setting in quotes", ["'belt of ann' = 'fast' ok:1", "'size' = '7' ok:1"]],
    [
      "with a text that was quoted twice",
      [String.raw`route(\"*@depot.test\") -> []`, String.raw`route(\"the end of it\") -> []`],
    ],
    [
      "that goes on after a colon, or ends there",
      [
        "Could not read parcel list /a",
        "Could not read parcel list /b: bad label in it",
        "Could not read parcel list /c",
      ],
    ],
    [
      "that goes on with what was raised, or ends there",
      ["reading depot reply 7", "reading depot reply 8: Timeout (10s)"],
    ],
    [
      "that goes on with a text in brackets",
      ["Depot server unreachable: too many clients", "Depot server unreachable: [Errno 111] Connection refused"],
    ],
    [
      "that goes on with a value and its text",
      [
        "Handover failed today: Pool(host='a', port=7): Max retries exceeded by it",
        "Handover failed today: too many parcels in the box of it",
      ],
    ],
    [
      "whatever follows, when one of three is a text",
      [
        "Setting label failed: 17 is far too long",
        "Setting label failed: 18 or less wanted",
        "Setting label failed: no such owner",
      ],
    ],
    [
      "about something whose name is a word",
      [
        "a-1.csv: Failed to copy: no more room",
        "b-2.csv: Failed to copy: end of file there",
        "full2: Failed to copy: preallocate: too big for it",
      ],
    ],
    [
      "that tells a setting each time, with an address before it or without",
      [
        "10.0.0.1:80 client info: PLAN=7",
        "10.0.0.1:80 client info: NAME=a",
        "10.0.0.1:80 client info: SIZE=9",
        "10.0.0.1:80 client info: MODE=b",
        "10.0.0.1:80 client info: HOPS=3",
        "client info: ROOM=3",
      ],
    ],
    ["whose brackets at the end tell why", ["Depot exit (end of shift)", "Depot exit (belt torn by a box)"]],
    ["with pairs in brackets or none", ["All belts of depot stopped", "All belts of depot stopped (job: 7, belt: 9)"]],
    [
      "with another name for its value",
      ["picked one parcel for depot 7 found by label=a-7", "picked one parcel for depot 8 found by weight=9"],
    ],
    [
      "with a handed-over text in angle brackets",
      ["conn=1 op=2 err=80 text=", "conn=1 op=3 err=80 text=<limit> unable to parse limit"],
    ],
    ["with a value in quotes or an empty one", ['op=1 BIND dn="cn=ann,dc=shop" method=7', 'op=2 BIND dn="" method=8']],
    ["of a code and its name in capitals", ["app: 42501: NO PRIVILEGE LEFT", "app: 57014: QUERY CANCELLED"]],
    ["of a request from somewhere", ["/up/a: MKCOL from 10.0.0.1:80", "/up/b: PROPFIND from 10.0.0.2:81"]],
    ["of a path that has a colon", ["/up/a.csv: stored it well", "/up/a:b*c: stored it well"]],
    ["of both ends of a connection", ["br-ex<->unix#7: lost its peer", "unix#9: lost its peer"]],
    [
      "of a request whatever is asked for",
      [
        '10.0.0.1 - - [21/Nov/2026:21:57:54 +0000] "GET /a HTTP/1.1" 200',
        '10.0.0.1 - - [21/Nov/2026:21:57:55 +0000] "UNKNOWN / HTTP/1.0" 400',
      ],
    ],
    ["of an odd path", ['10.0.0.1:7 - "GET /a HTTP/1.1" 200', '10.0.0.1:7 - "GET /%zz HTTP/1.1" 404']],
    [
      "with other names before the same four words",
      ["depot: stats output device initialized now", "depot: fast output device initialized now"],
    ],
  ])("%s", (_, lines) => expect(textsOf(lines)).toHaveLength(1));
});

describe("several sentences", () => {
  test.each([
    [
      "the state that is reached, behind a name in angle brackets",
      ["belt epoch: 23 phase<Start>: transitioning to Stray", "belt epoch: 24 phase<Start>: transitioning to Primary"],
      2,
    ],
    [
      "what is told to a peer and what it answers",
      ["depot worker 10.0.0.1:7: -> QUIT", "depot worker 10.0.0.1:7: -> HELP", "depot worker 10.0.0.1:7: <- 250 done"],
      3,
    ],
    [
      "a reason in brackets and none",
      ["conn=7 fd=9 closed", "conn=8 fd=9 closed (belt torn)", "conn=9 fd=9 closed (end of shift)"],
      2,
    ],
    [
      "brackets in the middle and none",
      ["Planned route 7, saving it in /a", "Planned route 8 (with detours), saving it in /b"],
      2,
    ],
    [
      "a place more",
      ['Calling route "a". Could not find belt "b"', 'Calling route "a". Could not find "c" in belt "b"'],
      2,
    ],
    ["what is done between pairs", ["conn=7 op=1 ADD dn=a", "conn=7 op=2 MOD dn=b", "conn=7 op=3 DEL dn=c"], 3],
    [
      "access lines of two layouts",
      [
        '10.0.0.1:80 - "GET /a HTTP/1.1" 200 OK',
        '10.0.0.1:81 - "GET /b HTTP/1.1" 200 12 "-" "curl/8.1"',
        '10.0.0.2:81 - "GET /b HTTP/1.1" 404 9 "-" "curl/8.1"',
      ],
      2,
    ],
    ["what was done as a noun", ["Configuration of belts is over", "Initialization of belts is over"], 2],
    [
      "brackets that differ, and no text behind",
      ["Sending parcel to dev2 (d0, q0)", "Sending parcel to dev3 (m7)", "Sending label to dev3 (m7)"],
      2,
    ],
  ])("%s", (_, lines, count) => expect(textsOf(lines)).toHaveLength(count));
});
