import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The installed Chromium; undefined where there is none. `.ci/run` installs Debian's. */
export const installedChromium = [process.env.CHROMIUM_PATH, ...places].find((path) => path && existsSync(path));

/** A browser with a new profile, to which every web origin is the stand-in's, and nothing else but loopback exists. */
export async function launchBrowser(standInPort: number): Promise<Browser> {
  if (!installedChromium) throw new Error("Expected Chromium to be installed, found none");
  return chromium.launch({
    executablePath: installedChromium,
    headless: true,
    args: [
      `--host-resolver-rules=MAP *:443 127.0.0.1:${standInPort}, MAP *:80 ~NOTFOUND, EXCLUDE 127.0.0.1`,
      "--ignore-certificate-errors",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
