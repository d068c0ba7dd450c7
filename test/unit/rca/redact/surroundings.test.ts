import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";

const { redact } = createRedactor({ salt: "surroundings" });
const secret = "hunter2Blue";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const nested = (levels: number) => {
  let text = JSON.stringify({ password: secret });
  for (let i = 1; i < levels; i++) text = JSON.stringify({ m: text });
  return text;
};
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

describe("a password that only its place gives away is found", () => {
  test.each([
    ["in the colours of a terminal", `\x1b[36mpassword\x1b[0m=\x1b[33m${secret}\x1b[0m done`],
    ["in JSON in JSON in JSON", nested(3)],
    ["in JSON four times deep", nested(4)],
    ["in JSON as Gson writes it", `{"url":"http://x?password\\u003d${secret}\\u0026a\\u003d1"}`],
    ["in JSON with escaped quotes", `\\u0022password\\u0022:\\u0022${secret}\\u0022`],
    ["in HTML", `{&quot;password&quot;:&quot;${secret}&quot;}`],
    ["percent-encoded twice", `redirect=%2Fx%3Fpassword%253D${secret}%2526a`],
    ["in base64 of base64", base64(base64(`password=${secret}`))],
    ["beside its flag in a list of arguments", JSON.stringify({ args: ["--db-password", secret, "--verbose"] })],
    ["beside its flag in Python's list", `['--db-password', '${secret}']`],
    ["under its flag in a manifest", `args:\n  - --db-password\n  - ${secret}\n  - --verbose\n`],
    ["under its flag in quotes", `args:\n  - "--db-password"\n  - "${secret}"\n`],
    ["in curl's -u", `curl -u admin:${secret} http://x/`],
    ["in mysql's -p", `mysql -uroot -p${secret} shop`],
    ["in the second of two commands", `mysql -uroot shop\nmysql -uroot -p${secret} shop`],
    ["in redis-cli's -a", `redis-cli -h cache -a ${secret} ping`],
    ["in sshpass", `sshpass -p ${secret} ssh db`],
    ["in redis.conf", `requirepass ${secret}\nmasterauth ${secret}`],
    ["in .netrc", `machine h login ann password ${secret}`],
    ["in SQL", `ALTER USER shop WITH PASSWORD '${secret}'`],
    ["in MySQL's SQL", `CREATE USER x IDENTIFIED BY '${secret}'`],
    ["under a glued name", `DBPASS=${secret} SMTPPASS=${secret}`],
    ["of a stage", `DB_PASSWORD_STAGE=${secret}`],
    ["in other languages", `Passwort: ${secret}\nmot_de_passe=${secret}\nsenha=${secret}`],
    ["of two words in an environment", `DB_PASSWORD=two ${secret}\nOTHER=1`],
    ["with brackets in it", `Config(user=a, password=hu(nt)${secret}, x=1)`],
    ["with a comma in it", `password=a1b2,${secret}`],
    ["with an ampersand in it", `Server=d;Password=ab&${secret};User=sa`],
    ["in Go's headers", `map[Accept:[*/*] X-Api-Key:[${secret}] Cookie:[sid=${secret}]]`],
    ["in Go's forms", `form: map[password:[${secret}] user:[ann]]`],
    ["in Node's headers", `{ 'set-cookie': [ 'sid=${secret}; Path=/' ], cookie: 'a=${secret}' }`],
    ["in a list of JSON", `{"password":["${secret}"],"x":1}`],
    ["in an object of JSON", `{"password":{"value":"${secret}"},"x":1}`],
    ["in XML", `<password>${secret}</password>`],
    ["in SOAP", `<wsse:Password Type="x#PasswordText">${secret}</wsse:Password>`],
    ["in Python's bytes", `{'password': b'${secret}'}`],
    ["in Rust's Option", `Config { user: "a", password: Some("${secret}") }`],
    ["in Scala's Option", `Config(password=Some(${secret}))`],
    ["in Oracle's address", `jdbc:oracle:thin:scott/${secret}@db:1521/x`],
    ["in ODBC's braces", `Driver=x;PWD={${secret};x};UID=a`],
    ["in Go's MySQL address", `root:${secret}@tcp(db:3306)/shop`],
    ["in an address with a quote in it", `postgres://user:it's${secret}@host/db`],
    ["in an address with a quote in it, behind other words", `dial to postgres://user:it's${secret}@host/db failed`],
    ["in an address with a slash in it, behind other words", `dial to postgres://user:it/${secret}@host/db failed`],
    [
      "before a host and its port, behind other words",
      `the source is ann:${secret}@db:5432/shop${" and on".repeat(30)}`,
    ],
    ["in an address that was cut", `dial postgres://shop:${secret}`],
    ["in an address whose line was cut", `dial postgres://shop:${secret} [… 40 characters more]\nnext: a@b`],
    ["in an address at the end of a line", `dial postgres://shop:${secret}…\nnext`],
    ["behind an arrow", `password -> ${secret}`],
    ["in a header of two words", JSON.stringify({ headers: { Authorization: `Custom ${secret}` } })],
  ])("%s", (_name, text) => {
    expect(redact(text)).not.toContain(secret);
  });

  test.each([
    ["a scheme of one's own", "Authorization: Splunk 1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901", "1b2c3d4e"],
    ["Digest", 'Authorization: Digest username="a", realm="r", response="6629fae49393a053"', "6629fae49393a053"],
    ["a token behind a dot", `s.${jwt}`, "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV"],
    ["a token behind a dash", `sess-${jwt}`, "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV"],
    ["a token behind an underscore", "prefix_ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_"],
    ["a key id behind a dash", "key-AKIAIOSFODNN7EXAMPLE", "AKIA"],
    [
      "a key in escaped lines",
      `{"pem":"x\\n-----BEGIN PRIVATE KEY-----\\nMIIab\\nq\\n-----END PRIVATE KEY-----"}`,
      "MIIab",
    ],
  ])("%s", (_name, text, part) => {
    expect(redact(text)).not.toContain(part);
  });
});

test.each([
  ["what a form answers", '{"password":["This field may not be blank."]}'],
  ["words that end like a password", "bypass=true compass: 5 encompass=x surpass=1"],
  ["ids of a user and a group", "docker run -u 1000:1000 shop"],
  ["a place to fill in", "usage: login --token <token> and then the name of the shop"],
  ["two flags", "run --password --verbose"],
  ["a sentence about an authorization", "the authorization: failed for user bob"],
  ["who did it", "deleted by 'ann' at 5"],
  ["an age", "passwordAge: 30 password_age=30"],
  ["dashed words", "asset-sk-some-long-name-without-any-figures"],
  ["a port at the end", "upstream http://orders:8080"],
  ["a named port at the end", "upstream http://orders:http"],
  ["a port in a driver's address", "dial tcp(db:3306) refused"],
  ["a port at the end of a line", "upstream http://orders:8080\nupstream http://[::1]:80\nhttp://orders:http\n"],
  ["an element that is no secret", "<name>carts</name><token/>"],
  ["a question", "git login asks ann for password twice"],
])("%s is left as it is", (_name, text) => {
  expect(redact(text)).toBe(text);
});
