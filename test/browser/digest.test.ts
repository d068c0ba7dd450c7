import { join } from "node:path";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { createSmtpMailer } from "../../src/adapters/smtp/smtp-mailer.ts";
import { createChartPainter } from "../../src/bot/charts/chart-painter.ts";
import { digestChart, digestMail } from "../../src/bot/email/digest-mail.ts";
import { busyDigest } from "../support/digests.ts";
import { startMailServer } from "../support/mail-server.ts";

const executablePath = process.env["KUBEMEND_CHROMIUM"];
const pictures = process.env["KUBEMEND_PICTURES"];

describe.skipIf(!executablePath)("a digest as a reader sees it", () => {
  test("through a mail server and a mail client's parser, on a desk and on a phone", async () => {
    await using painter = createChartPainter();
    const bars = digestChart(busyDigest, "Europe/Berlin");
    if (!bars) throw new Error("the fixture has incidents");
    await using server = await startMailServer();
    await using mailer = createSmtpMailer({
      url: `smtp://127.0.0.1:${server.port}?tls=off`,
      from: "kubemend@example.com",
    });
    const mail = digestMail(busyDigest, {
      timeZone: "Europe/Berlin",
      from: "kubemend@example.com",
      key: "k",
      link: (id) => `https://kubemend.example.com/incidents/${id}`,
      chart: await painter.draw(bars),
    });
    await mailer.send(mail, { to: "ada@example.com" });
    const [read] = server.received;
    const [picture] = read?.mail.attachments ?? [];
    if (!read?.mail.html || !(picture?.content instanceof ArrayBuffer))
      throw new Error("the mail has HTML and a picture");
    // What a mail client does: pictures that came along take the place of their cid.
    const data = `data:image/png;base64,${Buffer.from(picture.content).toString("base64")}`;
    const html = read.mail.html.replace(`cid:${picture.contentId?.slice(1, -1)}`, data);

    const browser = await chromium.launch({
      executablePath: executablePath ?? "",
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
    });
    try {
      for (const [name, width] of [
        ["digest", 760],
        ["digest-phone", 390],
      ] as const) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const asked: string[] = [];
        page.on("request", (request) => {
          if (!request.url().startsWith("data:")) asked.push(request.url());
        });
        await page.setContent(html);
        // Nothing is fetched from anywhere: no pictures that tell that a mail was opened.
        expect(asked).toEqual([]);
        expect(
          await page.locator("img").evaluate((image: { naturalWidth: number }) => image.naturalWidth),
        ).toBeGreaterThan(300);
        expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
        expect(await page.locator("h2").allTextContents()).toEqual([
          "Open",
          "Also opened in this time",
          "Causes",
          "Changes",
          "Running out",
          "Noisy detectors",
          "Risks",
          "Silences that end soon",
        ]);
        if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});
