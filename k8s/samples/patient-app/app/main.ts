import { createPatient, workByItself } from "./patient.ts";
import { createServer } from "./server.ts";

const memoryLimitBytes = Number(process.env["MEMORY_LIMIT_BYTES"]);
if (!(memoryLimitBytes > 0)) {
  console.error(JSON.stringify({ level: "fatal", msg: "MEMORY_LIMIT_BYTES is missing" }));
  process.exit(1);
}
const patient = createPatient(memoryLimitBytes);
workByItself(patient);
const app = createServer(patient);
await app.listen({ host: "0.0.0.0", port: Number(process.env["PORT"] ?? 8080) });
const stop = async (): Promise<void> => {
  await app.close();
  process.exit(0);
};
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
