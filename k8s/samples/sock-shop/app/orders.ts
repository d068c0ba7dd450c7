import { randomUUID } from "node:crypto";
import { createCall } from "./call.ts";
import type { Service } from "./serve.ts";

/** An order is what is in the cart, paid. */
export const orders: Service = async ({ settings, serve }) => {
  const { app, registry } = serve();
  const call = createCall(settings, registry);
  app.post<{ Body: { customer: string } }>("/orders", async ({ body, log }, reply) => {
    const customer = encodeURIComponent(body.customer);
    const cart = await call("carts", `/carts/${customer}`);
    const items = cart.body as readonly { readonly cents: number }[];
    if (items.length === 0) return reply.status(409).send({ error: "the cart is empty" });
    const cents = items.reduce((sum, item) => sum + item.cents, 0);
    const paid = await call("payment", "/pay", { cents });
    if (!(paid.body as { authorised: boolean }).authorised)
      return reply.status(402).send({ error: "payment declined" });
    await call("carts", `/carts/${customer}/empty`, {});
    const order = { id: randomUUID(), cents, items: items.length };
    log.info({ order }, "order placed");
    return reply.status(201).send(order);
  });
  return app;
};
