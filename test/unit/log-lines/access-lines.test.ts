import { describe, expect, test } from "vitest";
import { parseLine } from "../../../src/log-lines/parse-line.ts";

describe("access lines", () => {
  const iis = (status: number) => `GET /orders id=7 80 - 10.0.0.9 Mozilla/5.0+(X11) - ${status} 0 64 120`;
  test.each([
    [
      "Fiber",
      "12:00:00 | 502 |     1.2ms |        10.0.0.1 | GET     | /orders       | -",
      "error",
      "502 |     1.2ms |        10.0.0.1 | GET     | /orders       | -",
    ],
    ["Fiber without colours or blanks", "12:00:00 | 200 | 31.4µs | 10.0.0.1 | GET | /orders | -", "info", undefined],
    ["Fiber before 2.50", "[12:00:00] 502 - 1.2ms GET /orders", "error", "502 - 1.2ms GET /orders"],
    ["IIS", `2026-11-20 22:27:36 10.0.0.5 ${iis(502)}`, "error", `10.0.0.5 ${iis(502)}`],
    ["IIS, site and server first", `2026-11-20 22:27:36 W3SVC1 WEB-1 10.0.0.5 ${iis(200)}`, "info", undefined],
    [
      "Sanic",
      "[2026-11-20 22:27:36 +0000] - (sanic.access)[INFO][10.0.0.9:51234]: GET http://shop:8000/orders  502 12",
      "error",
      "GET http://shop:8000/orders  502 12",
    ],
    [
      "HAProxy",
      '10.0.0.9:36534 [20/Nov/2026:22:27:36.111] www reviews/<NOSRV> 0/-1/-1/-1/0 502 217 - - SC-- 1/1/0/0/0 0/0 "GET /orders HTTP/1.1"',
      "error",
      undefined,
    ],
    [
      "HAProxy with captured headers, well",
      '10.0.0.9:36534 [20/Nov/2026:22:27:36.111] www reviews/r1 0/0/0/4/+4 200 +317 - - ---- 1/1/0/0/+1 0/0 {shop.example.com} {} "GET /orders HTTP/1.1"',
      "info",
      undefined,
    ],
    [
      "Sanic, well",
      "[2026-11-20 22:27:36 +0000] - (sanic.access)[INFO][10.0.0.9:51234]: GET http://shop:8000/orders  200 12",
      "info",
      "GET http://shop:8000/orders  200 12",
    ],
  ])("%s", (_name, line, level, sentence) => {
    const { fields, ...told } = parseLine(line);
    expect(told.level).toBe(level);
    expect(fields).toMatchObject({ method: "GET", path: "/orders", status: level === "error" ? 502 : 200 });
    if (sentence !== undefined) expect(told.message).toBe(sentence);
  });

  test.each([
    "22:27:36 INFO retried 503 - 2 of 7 times, see /var/log/ledger",
    "22:27:36 INFO ledger 500 | 12 rows | /data",
    "22:27:36 INFO copied GET /a to 500 rows in 3 12 40",
  ])("no access line: %s", (line) => {
    expect(parseLine(line)).toMatchObject({ level: "info" });
    expect(parseLine(line).fields?.status).toBeUndefined();
  });
});

describe("a status that does not stand directly behind the request", () => {
  const alb = (status: string) =>
    `h2 2026-11-20T22:27:36.114Z app/shop/ab12 10.0.0.9:812 10.0.0.8:80 0.001 0.002 0.000 ${status} 34 366 "GET https://shop:443/orders HTTP/2.0" "curl/7" - -`;
  const azure = (status: number) =>
    `{"time":"2026-11-20T22:27:36Z","properties":{"httpMethod":"GET","requestUri":"/orders","httpStatus":${status}}}`;
  test.each([
    ["chi", '2026/11/20 22:27:36 "GET http://shop/orders HTTP/1.1" from [::1]:512 - 502 12B in 1.2ms', 502],
    ["chi, well", '2026/11/20 22:27:36 "GET http://shop/orders HTTP/1.1" from 10.0.0.9:512 - 404 12B in 1.2ms', 404],
    ["AWS ALB", alb("502 502"), 502],
    ["AWS ALB, nobody answered", alb("503 -"), 503],
    ["AWS ALB, well", alb("200 200"), 200],
    ["Tornado", "502 GET /orders (10.0.0.9) 12.11ms", 502],
    ["Tornado, well", "304 GET /orders (10.0.0.9) 12.11ms", 304],
    ["Cloudflare", '{"ClientRequestMethod":"GET","ClientRequestURI":"/orders","EdgeResponseStatus":502}', 502],
    ["Azure", azure(502), 502],
    ["Azure, well", azure(404), 404],
    ["Google Cloud", '{"httpRequest":{"requestMethod":"GET","requestUrl":"http://shop/orders","status":503}}', 503],
    ["Kubernetes' audit", '{"verb":"get","requestURI":"/orders","responseStatus":{"code":500}}', 500],
    [
      "JSON of a request that was refused",
      '{"method":"GET","uri":"/orders","status":404,"error":"no such order"}',
      404,
    ],
  ])("%s", (_, line, status) => {
    expect(parseLine(line)).toMatchObject({ level: status < 500 ? "info" : "error", fields: { status } });
  });

  test.each([
    "500 GET /orders calls were made",
    'copied 200 - 34 366 "GET the ledger"',
  ])("no access line: %s", (line) => {
    expect(parseLine(line).fields?.status).toBeUndefined();
  });
});

describe("Passenger", () => {
  const place = "2026-11-20 22:27:36.1234 7/T5 age/Cor/Con/Checkout.cpp:96 ]:";
  test.each([
    [`[ E ${place} [Client 1-1] Cannot checkout session: queue full`, "error", "Cannot checkout session: queue full"],
    [`[ N ${place} Starting the agent`, "info", "Starting the agent"],
    ["App 77 output: 2026-11-20 22:27:36 ERROR ledger lost", "error", "ledger lost"],
  ])("%s", (line, level, message) => {
    expect(parseLine(line)).toMatchObject({ level, message });
  });
});

describe("a line that a reader of several logs has put a pod before", () => {
  const colour = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`;
  const stern = `${colour(36, "web-7d4f9c-abcde")} ${colour(32, "app")} `;
  test.each([
    ["kubectl logs --prefix", "[pod/web-7d4f9c-abcde/app] "],
    ["stern", stern],
    ["stern over all namespaces", `${colour(36, "shop")} ${stern}`],
  ])("%s", (_name, prefix) => {
    for (const line of [
      '{"level":"error","msg":"ledger lost"}',
      "level=error msg=ledger lost",
      "2026-11-20T22:27:36Z ERROR ledger lost",
    ])
      expect(parseLine(prefix + line)).toEqual(parseLine(line));
  });

  test("a level and a logger in colours stay what they are", () => {
    expect(parseLine(`${colour(31, "error")} ${colour(36, "ledger")} row 12 was lost`).level).toBe("error");
  });
});

test.each([
  "severity_text",
  "loglevel",
  "lvl",
  "log.level",
  "@level",
  "levelname",
  "l",
  "sev",
  "severity_label",
])("a level under the key %s", (key) => {
  expect(parseLine(JSON.stringify({ [key]: "error", message: "ledger 12 opened" })).level).toBe("error");
  expect(parseLine(`time=2026-11-20T22:27:36Z ${key}=error msg="ledger 12 opened"`).level).toBe("error");
});
