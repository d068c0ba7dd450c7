import { createService } from "./service.ts";
import { readSettings } from "./settings.ts";

// One program, one service a container: SHOP_SERVICE says which.
try {
  const settings = readSettings(process.env);
  const app = await createService(settings);
  await app.listen({ host: "0.0.0.0", port: settings.port });
  const stop = async (): Promise<void> => {
    await app.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(JSON.stringify({ level: "fatal", time: Date.now(), msg: `cannot start: ${message}` }));
  process.exit(1);
}
