import type { FastifyInstance } from "fastify";
import { carts } from "./carts.ts";
import { catalogue } from "./catalogue.ts";
import { frontEnd } from "./front-end.ts";
import { load } from "./load.ts";
import { orders } from "./orders.ts";
import { payment } from "./payment.ts";
import { createServer, type Service } from "./serve.ts";
import type { Settings } from "./settings.ts";

const services: Readonly<Record<string, Service>> = {
  "front-end": frontEnd,
  catalogue,
  carts,
  orders,
  payment,
  load,
};

/** One service of the shop, not yet listening. @throws on a name that is none */
export function createService(settings: Settings): Promise<FastifyInstance> {
  const service = services[settings.service];
  if (!service) {
    throw new Error(`SHOP_SERVICE=${settings.service} is none of ${Object.keys(services).join(", ")}`);
  }
  return service({ settings, serve: (ready) => createServer(settings, ready) });
}
