import { createCall } from "./call.ts";
import type { Service } from "./serve.ts";

/** The only service customers talk to. */
export const frontEnd: Service = async ({ settings, serve }) => {
  const { app, registry } = serve();
  const call = createCall(settings, registry);
  type Customer = { Params: { customer: string } };
  app.get("/", async () => ({ shop: "socks", version: settings.version }));
  app.get("/catalogue", async () => (await call("catalogue", "/catalogue")).body);
  app.get<{ Params: { id: string } }>("/item/:id", async ({ params }, reply) => {
    const item = await call("catalogue", `/catalogue/${encodeURIComponent(params.id)}`);
    return reply.status(item.status).send(item.body);
  });
  app.get<Customer>("/cart/:customer", async ({ params }) => {
    return (await call("carts", `/carts/${encodeURIComponent(params.customer)}`)).body;
  });
  app.post<Customer & { Body: { id: string } }>("/cart/:customer", async ({ params, body }, reply) => {
    const item = await call("catalogue", `/catalogue/${encodeURIComponent(body.id)}`);
    if (item.status !== 200) return reply.status(item.status).send(item.body);
    const added = await call("carts", `/carts/${encodeURIComponent(params.customer)}`, item.body);
    return reply.status(added.status).send(added.body);
  });
  app.post<Customer>("/order/:customer", async ({ params }, reply) => {
    const order = await call("orders", "/orders", { customer: params.customer });
    return reply.status(order.status).send(order.body);
  });
  return app;
};
