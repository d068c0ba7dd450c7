import { fileURLToPath } from "node:url";

/** The recorded incident that `kubemend demo` plays: a memory limit that is too low for its service. */
export const demoRecordingFolder = fileURLToPath(new URL("../../test/recordings/sock-shop-01", import.meta.url));
