import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parentPort } from "node:worker_threads";
import { Resvg } from "@resvg/resvg-js";
import { parse, View } from "vega";
import { compile } from "vega-lite";
import { messageOf } from "../../lib/app-error.ts";
import { barSpec } from "./bar-spec.ts";
import type { Drawing } from "./chart-data.ts";
import { chartSpec } from "./chart-spec.ts";

// resvg draws no text, silently, unless it is given font files.
const fontFolder = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf");
const fontFiles = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) => join(fontFolder, name));

async function draw(data: Drawing): Promise<Uint8Array> {
  const view = new View(parse(compile("bars" in data ? barSpec(data) : chartSpec(data)).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return new Resvg(svg, {
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" },
    fitTo: { mode: "zoom", value: 1.5 },
  })
    .render()
    .asPng();
}

parentPort?.on("message", ({ id, data }: { id: number; data: Drawing }) => {
  draw(data).then(
    (png) => parentPort?.postMessage({ id, png }),
    (error) => parentPort?.postMessage({ id, error: messageOf(error) }),
  );
});
