import { randomBytes } from "node:crypto";
import { expect, inject, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";

const rounds = promised(10, 1);

test("20 replicas that start at once on an empty database: one migrates, the others wait and find it done (O3)", async () => {
  const server = inject("postgresUrl");
  const admin = openDatabase(server, { maxConnections: 1 });
  let steps = 0;
  for (let round = 0; round < rounds; round++) {
    const name = `t_${randomBytes(6).toString("hex")}`;
    await admin.pool.query(`create database ${name}`);
    const url = server.replace(/\/postgres$/, `/${name}`);
    const replicas = Array.from({ length: 20 }, () => openDatabase(url, { maxConnections: 2 }));
    const applied = await Promise.all(replicas.map((replica) => migrate(replica)));
    expect(applied.filter((list) => list.length > 0)).toHaveLength(1);
    steps = Math.max(...applied.map((list) => list.length));
    expect(steps).toBeGreaterThan(5);
    expect(await migrate(replicas[0] ?? openDatabase(url))).toEqual([]);
    await Promise.all(replicas.map((replica) => replica.close()));
    await admin.pool.query(`drop database ${name} with (force)`);
  }
  await admin.close();
  promiseFigure("O3", `${rounds} x 20 replicas at once`, `one migrates (${steps} steps), 19 wait`);
});
