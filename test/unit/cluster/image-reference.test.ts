import { describe, expect, test } from "vitest";
import { imageReference, imageRepository, writtenRepository } from "../../../src/cluster/image-reference.ts";

describe("spellings of one repository are one", () => {
  test.each([
    ["nginx", "docker.io/library/nginx"],
    ["nginx:1.27", "docker.io/library/nginx"],
    ["library/nginx", "docker.io/library/nginx"],
    ["docker.io/nginx", "docker.io/library/nginx"],
    ["docker.io/library/nginx:latest", "docker.io/library/nginx"],
    ["index.docker.io/library/nginx", "docker.io/library/nginx"],
    ["nginx@sha256:0a", "docker.io/library/nginx"],
    ["bitnami/redis:7.2@sha256:0a", "docker.io/bitnami/redis"],
    ["ghcr.io/team/shop/carts:1", "ghcr.io/team/shop/carts"],
    ["localhost/carts", "localhost/carts"],
    ["localhost:5000/shop/carts:1.6.4", "localhost:5000/shop/carts"],
    ["registry:5000/carts", "registry:5000/carts"],
    ["Registry/carts", "Registry/carts"],
    ["registry.example.com/nginx", "registry.example.com/nginx"],
  ])("%s comes from %s", (image, repository) => expect(imageRepository(image)).toBe(repository));
});

test.each([
  ["nginx", { tag: "latest" }],
  ["nginx:1.27", { tag: "1.27" }],
  ["nginx@sha256:0a", { digest: "sha256:0a" }],
  ["registry:5000/nginx", { tag: "latest" }],
  ["registry:5000/nginx:1@sha256:0a", { tag: "1", digest: "sha256:0a" }],
])("the version of %s", (image, version) => {
  const { registry: _registry, path: _path, ...rest } = imageReference(image);
  expect(rest).toEqual(version);
});

test.each([
  ["shop/carts:1.4", "shop/carts"],
  ["registry:5000/shop/carts", "registry:5000/shop/carts"],
  ["registry:5000/shop/carts:1@sha256:0", "registry:5000/shop/carts"],
])("without its version %s is written %s", (image, written) => expect(writtenRepository(image)).toBe(written));
