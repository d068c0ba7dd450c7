import { Worker } from "node:worker_threads";
import { siblingModule } from "../../lib/sibling-module.ts";
import type { FitProgress, FitRequest, FitResult } from "./fit.ts";

interface Message {
  readonly progress?: FitProgress;
  readonly result?: FitResult;
}

/** Trains in a thread of its own: the caller's event loop stays free. Rejects when the thread fails. */
export function fitInWorker(request: FitRequest, onProgress: (progress: FitProgress) => void): Promise<FitResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(siblingModule(import.meta.url, "./fit-worker"), { workerData: request });
    worker.on("message", ({ progress, result }: Message) => {
      if (progress) onProgress(progress);
      if (!result) return;
      resolve(result);
      void worker.terminate();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`the training thread ended early (exit code ${code})`)));
  });
}
