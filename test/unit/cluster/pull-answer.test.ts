import { expect, test } from "vitest";
import { furtherPullAnswer, pullAnswerOf, pullTold } from "../../../src/cluster/pull-answer.ts";

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
  [
    `Back-off pulling image "${image}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    `${image}: not found`,
  ],
  [`Back-off pulling image "${image}"`, `Back-off pulling image "${image}"`],
  [
    `rpc error: code = Unknown desc = initializing source docker://${image}: reading manifest 1.2 in ${image}: manifest unknown`,
    `reading manifest 1.2 in ${image}: manifest unknown`,
  ],
  ["Error response from daemon: manifest unknown", "Error response from daemon: manifest unknown"],
  ['secret "tls" not found', 'secret "tls" not found'],
])("of what a runtime says the registry's answer is left: %s", (said, answer) => {
  expect(pullAnswerOf(said)).toBe(answer);
});

test.each([
  [
    `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    "not found",
  ],
  [`Back-off pulling image "${image}"`, ""],
  ["docker.io/library/nginx:99: not found", "docker.io/library/nginx:99: not found"],
  ["", ""],
])("beside the name of its image only the rest of the answer is said: %s", (said, answer) => {
  expect(furtherPullAnswer(said, image)).toBe(answer);
});

test("an image is the same one under the name that its runtime gives it", () => {
  expect(furtherPullAnswer("docker.io/library/nginx:99: not found", "nginx:99")).toBe("not found");
});

test.each([
  [
    `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    `Failed to pull image "${image}": not found`,
  ],
  [`Back-off pulling image "${image}"`, `Back-off pulling image "${image}"`],
  [`Successfully pulled image "${image}" in 3s`, `Successfully pulled image "${image}" in 3s`],
])("an event names its image once: %s", (said, told) => {
  expect(pullTold(said)).toBe(told);
});
