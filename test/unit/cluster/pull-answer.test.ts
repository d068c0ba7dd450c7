import { expect, test } from "vitest";
import { pullAnswerOf } from "../../../src/cluster/pull-answer.ts";

const image = "registry.example.com:5000/team/app:1.2";

test.each([
  [
    `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://registry.example.com:5000/v2/team/app/manifests/1.2": dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host`,
    'failed to do request: Head "https://registry.example.com:5000/v2/team/app/manifests/1.2": dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host',
  ],
  [
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    `${image}: not found`,
  ],
  [
    `Failed to pull image "${image}": rpc error: code = Unknown desc = Error response from daemon: manifest unknown`,
    "Error response from daemon: manifest unknown",
  ],
  ["Error response from daemon: manifest unknown", "Error response from daemon: manifest unknown"],
  ['secret "tls" not found', 'secret "tls" not found'],
])("of what a runtime says the registry's answer is left: %s", (said, answer) => {
  expect(pullAnswerOf(said)).toBe(answer);
});
