// @ts-check
// npm run bench [-- SECTION…]: what the agent costs, compared with its targets. Sections that change kernel rules run in separate
// network namespaces.
import { existsSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { printClassify } from "./classify.mjs";
import { version } from "./figures.mjs";
import { printKernel } from "./kernel.mjs";
import { printLibrary } from "./library.mjs";
import { printLive } from "./live.mjs";
import { printLookup } from "./lookup.mjs";
import { printMillion } from "./million.mjs";
import { printOptimize } from "./optimize.mjs";
import { printPackets } from "./packets.mjs";
import { printPolicy } from "./policy.mjs";
import { printPreview } from "./preview.mjs";
import { printScan } from "./scan.mjs";
import { printSize } from "./size.mjs";
import { printWatch } from "./watch.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
process.env.PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
// Deno would otherwise check for new versions during the measurement.
process.env.DENO_NO_UPDATE_CHECK = "1";

/** @type {Readonly<Record<string, () => Promise<void>>>} */
const SECTIONS = {
  kernel: printKernel,
  packets: printPackets,
  watch: printWatch,
  scan: printScan,
  policy: printPolicy,
  optimize: printOptimize,
  million: printMillion,
  live: printLive,
  lookup: printLookup,
  library: printLibrary,
  classify: printClassify,
  preview: printPreview,
  size: printSize,
};

function printMachine() {
  const cpus = os.cpus();
  const deno = version("node_modules/.bin/deno", "--version")?.replace(/ \(.*/, "");
  const tools = [
    ...["nft", "legacy"].map((variant) => version(`iptables-${variant}`) ?? `iptables-${variant} missing`),
    version("iprange", "--version") ?? "iprange missing",
    version("grepcidr") ?? "grepcidr missing",
  ];
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus[0]?.model}, ${cpus.length} cores, Linux ${os.release().split(".").slice(0, 2).join(".")}`,
  );
  console.log([`node ${process.version}`, deno ?? "deno missing", ...tools].join(", "));
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SECTIONS, name));
const missing = ["dist/ip-masq-agent.mjs (npm run build)", "node_modules/esbuild (npm ci)"].filter(
  (one) => !existsSync(one.replace(/ .*/, "")),
);
if (unknown.length > 0) {
  console.error(`no section ${unknown.join(", ")}; there are ${Object.keys(SECTIONS).join(", ")}`);
  process.exitCode = 2;
} else {
  printMachine();
  if (missing.length > 0) console.log(`\nnothing can be measured here; missing: ${missing.join(", ")}`);
  else for (const name of wanted.length > 0 ? wanted : Object.keys(SECTIONS)) await SECTIONS[name]?.();
}
