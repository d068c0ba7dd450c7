import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, inject, test } from "vitest";
import { AppError } from "../../../src/lib/app-error.ts";
import { checkDatabase, openDatabase, refuseOldServer } from "../../../src/store/database.ts";

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
    name: "no password",
    url: () =>
      withPart((url) => {
        url.password = "";
      }),
    says: /wants a password/,
    remedy: /user:password@/,
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

/** A server that refuses everybody with this code and these words (PostgreSQL "Message Formats", ErrorResponse). */
async function refusing(code: string, words: string) {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${words}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(Buffer.concat([head, fields])));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://kubemend:s3cret@127.0.0.1:${port}/kubemend`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

test("a server that takes TLS only says so in words that are understood, not as a wrong password", async () => {
  await using server = await refusing(
    "28000",
    'no pg_hba.conf entry for host "10.0.0.7", user "kubemend", no encryption',
  );
  await using database = openDatabase(server.url, { maxConnections: 1 });
  await expect(checkDatabase(database, server.url)).rejects.toMatchObject({
    message: expect.stringContaining("refuses the connection"),
    remedy: expect.stringContaining("?sslmode=verify-full"),
  });
});

test("a server that is too old is refused before a table is made", () => {
  const url = "postgres://kubemend:s3cret@db/kubemend";
  for (const version of ["14.0", "15.4 (Debian)", "18.4", "unknown"]) refuseOldServer(version, url);
  for (const version of ["9.6.24", "12.17", "13.14"]) {
    const refuse = () => refuseOldServer(version, url);
    expect(refuse).toThrow(AppError);
    expect(refuse).toThrow(`PostgreSQL at db:5432/kubemend is version ${version}.`);
  }
});
