import { createPseudonyms } from "../../src/rca/redact/pseudonyms.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";

/*
 * A process of its own that prints what redaction costs, as JSON: milliseconds of CPU time for a megabyte of each text. In the
 * test runner's own process every call from one module to another costs more than the work.
 */
const size = 2 ** 20;
const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

/** Texts that drive naive patterns into repeated looking ahead or back. */
const worst: Readonly<Record<string, string>> = {
  "one endless word": fill("aB3"),
  "one endless hexadecimal word": fill("0123456789abcdef"),
  "open key blocks without an end": fill("-----BEGIN RSA PRIVATE KEY-----\n"),
  "schemes without credentials": fill("http://a:"),
  "user names without an at sign": fill("postgres://user:pass"),
  "names without values": fill("password="),
  "names with values": fill("token=abc1 "),
  "open quotes": fill('password="'),
  "starts of tokens": fill("eyJ"),
  "starts of tokens in paths": fill("/sk-"),
  "percent signs": fill("%3D%"),
  "base64 words": fill("cGFzc3dvcmQ9aHVudGVyMg== "),
  "blocks that never end": fill("secret: |\n  a\n"),
  "dots and dashes": fill("a.-_/"),
  "starts of tokens behind dashes": fill("-eyJ"),
  "lists without an end": fill("password:["),
  "braces without an end": fill("password={"),
  "elements without an end": `<password>${fill("a b ")}`,
  "attributes without an end": fill("<password a"),
  "passwords with commas": fill(`password=${"a,b".repeat(2_000)} `),
  "flags without values": fill("--password,"),
  "quotes of many backslashes": fill('password=\\"\\\\\\\\'),
  "colours that never end": fill("password=\u001b[1;1;1;1;"),
  "programs without passwords": fill("mysql -u "),
  "key blocks within words": fill("a-----BEGIN "),
  "addresses of a driver": fill("a:b@tcp("),
  spaces: fill(" "),
  "colons and spaces": fill("a : "),
  "nouns of sentences": fill("password "),
  "sentences that say nothing": fill("the password is now set to a "),
  "sentences with colons": fill("api key of a: b\n"),
  "nouns over empty lines": fill("Password:\n\n"),
  "nouns over lists": fill("passwords:\n- a\n- b\n"),
  "columns on one line": fill("a, password, "),
  "columns between bars": fill("|password"),
  "columns far apart": fill("TOKEN  PASSWORD  "),
  "a table of many columns and rows": `${"PASSWORD  ".repeat(59)}\n${fill("a\n")}`,
  "columns that are inserted": fill("(password) values ("),
  "columns that nothing is inserted into": fill("password, token, values "),
  "values before their names": fill("value: a\n  name: DB_PASSWORD\n"),
  "long values before their names": fill(`"value":"${"a".repeat(250)}","name":"password",`),
  "parts of forms": fill('name="password"\r\n\r\na'),
  "hashes of passwords": fill("$6$"),
  "lines of five fields": fill("db:5432:b:c:\n"),
  "cells of two columns": fill("DB_PASSWORD,a b\n"),
  "groups of a card": fill("4111 1111 1111 "),
  "groups of an account": fill("MT84 MALT 0110 0001 2345 MTLC AST0 "),
  "keys of queries": fill("?key=9c1185a5c5e9fc54612808977ee8f54-"),
  "stars of five fields": fill("*:*:*:a:"),
  "commands of Redis": fill("AUTH a SETUSER b c d >"),
  "programs with commands": fill("docker login login -u "),
  "argument lists": fill('"mysql","-h",'),
  "lists of bound parameters": fill("parameters: $1 = '"),
  "bound parameters of a long statement": `${"password = $1 ".repeat(300)}parameters: ${fill("$1 = 'a', ")}`,
  "long words before bound parameters": fill(`${"a".repeat(3_990)} parameters: $1 = 'x'`),
  "statements without parameters": fill("parameters: $(a, b) values ("),
  "passwords of htpasswd": fill("htpasswd -b a "),
  "logins of IMAP": fill("a LOGIN a "),
  "passwords that are echoed": fill("echo a b --password-stdin "),
  "names beside nothing": fill("setenv DB_PASSWORD "),
  "names with other letters": fill("пароль = "),
  "a letter beyond ASCII": `é${fill("password = a ")}`,
  "codes in addresses": fill("?code=a1b2"),
  "addresses without schemes": fill("a:bcd@e:1 "),
  "keys in groups": fill("AB12-CD34-"),
  "pairs in lists": fill('["password","a1"'),
  "objects of kind Secret": fill('{"kind":"Secret","data":{'),
  "objects of kind Secret in YAML": fill("kind: Secret\ndata:\n  a: b\n"),
  "changes of secrets": fill("DB_PASSWORD a1b2 -> a1b2 "),
  "changes of nothing": fill(" -> "),
  "changes that are told": fill("api_key changed from a1 to b2 "),
  "calls without an end": fill("login('a', ("),
  "colours within words": fill("pa\u001b[1mss"),
  "escapes of JSON": fill('\\n\\"'),
  "escaped letters": fill("\\u0070"),
  "wide letters": fill("ｐ"),
  "letters of two alphabets": fill("pа"),
  "signs of HTML": fill("&#61;"),
  "links to one person": fill("/reset/a1b2c3d4e5f6a1b2"),
  "names in columns": fill("DB_PASSWORD\t\n"),
  "users of Redis": fill("user a b c d >\n"),
  "answers to AUTH": fill('"AUTH" "a" "b" '),
  "options of accounts": fill(" -u a -p b"),
  "keys of PuTTY": fill("Private-Lines: 1\n"),
  "signatures of several parts": fill("X-Signature: t=1,v1=a"),
  "ordinary log lines": fill(
    '2026-11-20T23:36:55.200Z level=info msg="GET /items/sock-cat" trace=c809e4c8 status=200 ms=11.2\n',
  ),
};

const personal: Readonly<Record<string, string>> = {
  "one endless word": fill("aB3"),
  "colons and spaces": fill("a : "),
  "ordinary log lines": worst["ordinary log lines"] ?? "",
  "starts of mail addresses": fill("a.b-c%d+e"),
  "at signs": fill("a@"),
  "domains without an end": `${"a"}@${fill("a-")}`,
  "domains of many parts": fill("a@b.c.d.e.f.g.h.i.j.k."),
  "numbers with dots": fill("1.2.3."),
  "hexadecimal groups": fill("ab:cd:"),
  "pluses and digits": fill("+1 2 3 4 "),
  "names without values": fill("user= "),
  "names with quotes": fill('"username": "'),
  "long names": fill("login=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "),
  "names of many parts": fill("user=Ann Bea Cat Dee "),
};

/** What reading a megabyte by one plain pattern costs where the figure of docs/promises.md was measured, in milliseconds. */
const PLAIN_MS = 4.2;
const plain = fill('token=abc1 the quick <brown> fox: 10.0.0.1 "jumps" ').slice(0, size / 4);

/** A quarter of a megabyte hashed by its characters and read by one pattern: tells how fast this machine is just now. */
function readPlainly(): number {
  let hash = 0;
  for (let i = 0; i < plain.length; i++) hash = Math.imul(hash ^ plain.charCodeAt(i), 0x01000193);
  for (const { index } of plain.matchAll(/[a-z]+[=:]/g)) hash ^= index;
  return hash;
}

/** `node test/support/redaction-cost.ts [enough]`: a text that costs no more than so many milliseconds is not measured again. */
const enough = Number(process.argv[2] ?? 0);
const mostRounds = 6;

/** CPU time of `run` in milliseconds. Linux divides it into user and system by where its ticks fall; only the sum is exact. */
function cpuMs(run: () => unknown): number {
  const began = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/**
 * CPU time of this process, the best of several times: others on the same machine must not decide this, nor a machine that is slower than
 * the one the promise is stated for, so what plain reading costs meanwhile is the measure.
 */
function costs(texts: Readonly<Record<string, string>>, make: () => (text: string) => unknown): Record<string, number> {
  const cost = (text: string) => {
    const run = make();
    run(text.slice(0, size / 8));
    let best = Number.POSITIVE_INFINITY;
    let plainMs = Number.POSITIVE_INFINITY;
    let found = Number.POSITIVE_INFINITY;
    for (let round = 0; round < mostRounds && found > enough; round++) {
      best = Math.min(
        best,
        cpuMs(() => run(text)),
      );
      plainMs = Math.min(plainMs, 4 * cpuMs(readPlainly));
      found = best / Math.max(1, plainMs / PLAIN_MS);
    }
    return found;
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, cost(text)]));
}

const measured = {
  secrets: costs(worst, () => createRedactor({ salt: "R3" }).redact),
  names: costs(personal, () => createPseudonyms({ salt: "R3" }).hide),
};
process.stdout.write(JSON.stringify(measured));
