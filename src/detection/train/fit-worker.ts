import { parentPort, workerData } from "node:worker_threads";
import { type FitRequest, fitForecaster } from "./fit.ts";

const result = await fitForecaster(workerData as FitRequest, (progress) => parentPort?.postMessage({ progress }));
parentPort?.postMessage({ result });
