import type { Service } from "./serve.ts";

/** Takes the money, or declines; nothing is kept. */
export const payment: Service = async ({ settings, serve }) => {
  const limitCents = settings.number("PAYMENT_LIMIT_CENTS", 50_000);
  const { app } = serve();
  app.post<{ Body: { cents: number } }>("/pay", async ({ body, log }) => {
    const authorised = body.cents <= limitCents;
    if (!authorised) log.warn({ cents: body.cents, limitCents }, "payment declined");
    return { authorised };
  });
  return app;
};
