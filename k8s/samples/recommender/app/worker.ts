import { setTimeout as delay } from "node:timers/promises";
import { makeTables, openDatabase } from "./database.ts";
import { learn } from "./learn.ts";

const say = (level: string, msg: string): void =>
  console.log(JSON.stringify({ level, time: Date.now(), service: "worker", msg }));
const pool = openDatabase(process.env["DATABASE_URL"] ?? "", (error) =>
  say("error", `connection to the database lost: ${error.message}`),
);
let open = true;
const stop = (): void => {
  open = false;
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

let ready = false;
while (open) {
  try {
    if (!ready) await makeTables(pool);
    ready = true;
    const learned = await learn(pool, 200);
    if (learned > 0) say("info", `learned from ${learned} baskets`);
    else await delay(500);
  } catch (error) {
    say("error", `database: ${error instanceof Error ? error.message : String(error)}`);
    await delay(2000);
  }
}
await pool.end();
