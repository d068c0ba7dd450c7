import { expect, inject, test } from "vitest";
import { checkDatabase, openDatabase } from "../../../src/store/database.ts";

const withPart = (change: (url: URL) => void) => {
  const url = new URL(inject("postgresUrl"));
  change(url);
  return url.href;
};

test.each([
  {
    name: "another user",
    url: () =>
      withPart((url) => {
        url.username = "nobody-here";
        url.password = "s3cret";
      }),
    says: /refuses the user/,
    remedy: /user and the password/,
  },
  {
    name: "a database that is not there",
    url: () =>
      withPart((url) => {
        url.pathname = "/nowhere";
      }),
    says: /answers: database "nowhere" does not exist/,
    remedy: /createdb/,
  },
  {
    name: "a port where nobody is",
    url: () =>
      withPart((url) => {
        url.port = "1";
      }),
    says: /does not answer: .*ECONNREFUSED/,
    remedy: /server runs/,
  },
  {
    name: "TLS that it has not",
    url: () =>
      withPart((url) => {
        url.searchParams.set("sslmode", "verify-full");
      }),
    says: /does not agree on TLS/,
    remedy: /sslrootcert/,
  },
])("what PostgreSQL refuses is told with what helps: $name", async ({ url, says, remedy }) => {
  await using database = openDatabase(url(), { maxConnections: 1 });
  const error: unknown = await checkDatabase(database, url()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    message: expect.stringMatching(says),
    remedy: expect.stringMatching(remedy),
    exitCode: 2,
  });
  expect(String((error as Error).message)).not.toContain("s3cret");
});
