import type { Service } from "./serve.ts";

export interface Sock {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
}

const kinds = ["Holy", "Colourful", "Classic", "Figueroa", "Cat", "Crossed", "Nerd", "Super Sport", "Weave", "Wool"];

/** What the shop sells; the price list is a file, so that a bad one shows how a bad configuration looks. */
export const catalogue: Service = async ({ settings, serve }) => {
  const markup = settings.number("CATALOGUE_MARKUP", 1);
  const socks: readonly Sock[] = kinds.map((kind, index) => ({
    id: String(index + 1),
    name: `${kind} socks`,
    cents: Math.round((600 + 150 * index) * markup),
  }));
  const { app } = serve();
  app.get("/catalogue", async () => socks);
  app.get<{ Params: { id: string } }>("/catalogue/:id", async ({ params }, reply) => {
    const sock = socks.find(({ id }) => id === params.id);
    return sock ?? reply.status(404).send({ error: `no sock ${params.id}` });
  });
  return app;
};
