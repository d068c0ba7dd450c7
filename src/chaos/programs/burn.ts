// Runs in a pod of its own, from a ConfigMap: keeps processors busy. Only Node's own modules.
import { Worker } from "node:worker_threads";

const cores = Number(process.env["CORES"] ?? 1);
for (let count = 0; count < cores; count++) new Worker("for (;;);", { eval: true });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
// Without a worker there is nothing to wait for.
setInterval(() => undefined, 60_000);
