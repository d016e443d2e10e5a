// @ts-check
// npm run screenshot: updates docs/preview.png from the built page: a question and its answer, a config before
// and after, and the blocks that change.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";

const PAGE = pathToFileURL(resolve("dist/preview.html")).href;
const OUT = "docs/preview.png";
const SIZE = { width: 1400, height: 1000 };

const BEFORE = `nonMasqueradeCIDRs:
  - 10.0.0.0/8
  - 192.168.0.0/16
sourceCIDRs:
  - 10.244.0.0/16 # the pods
`;
const AFTER = `nonMasqueradeCIDRs:
  - 10.0.0.0/8
  - 172.20.0.0/16 # services
masqueradeCIDRs:
  - 10.200.0.0/16 # a partner who only knows our nodes
sourceCIDRs:
  - 10.244.0.0/16 # the pods
snat:
  # Their firewall admits this address.
  - destinationCIDRs: [198.51.100.0/24]
    to: 203.0.113.5
`;

/** In the format that src/preview/state.ts reads. */
const STATE = {
  question: "10.244.1.7 → 10.200.8.1",
  files: [{ file: "config.yaml", text: AFTER }],
  before: [{ file: "config.yaml", text: BEFORE }],
  tab: "changes",
};

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  await page.goto(`${PAGE}#${deflateRawSync(JSON.stringify(STATE)).toString("base64url")}`);
  await page.getByTestId("blocks").waitFor();
  await page.screenshot({ path: OUT });
  console.log(`written: ${OUT}`);
} finally {
  await browser.close();
}
