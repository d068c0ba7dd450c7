import { setTimeout as delay } from "node:timers/promises";

// Shoppers with a taste: what they look at together is what the workers should learn.
const tastes = [
  ["tent", "lamp", "stove", "rope"],
  ["novel", "tea", "lamp", "blanket"],
  ["drill", "saw", "rope", "glue"],
];
const web = process.env["WEB_URL"] ?? "http://web";
const perSecond = Number(process.env["SHOPPERS_PER_SECOND"] ?? 5);
let open = true;
const stop = (): void => {
  open = false;
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

while (open) {
  await delay((-Math.log(1 - Math.random()) / perSecond) * 1000);
  const taste = tastes[Math.floor(Math.random() * tastes.length)] ?? [];
  const basket = taste.filter(() => Math.random() < 0.7);
  try {
    const signal = AbortSignal.timeout(3000);
    const headers = { "content-type": "application/json" };
    await fetch(`${web}/views`, { method: "POST", headers, body: JSON.stringify({ basket }), signal });
    await fetch(`${web}/recommend/${basket[0] ?? "lamp"}`, { signal });
  } catch (error) {
    console.log(
      JSON.stringify({
        level: "warn",
        msg: `web does not answer: ${error instanceof Error ? error.message : String(error)}`,
      }),
    );
  }
}
