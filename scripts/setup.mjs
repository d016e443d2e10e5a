// @ts-check
// Installs what a fresh machine lacks: Debian packages for the tools, npm packages for the build.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

/** The tools for rules and namespaces, and the Debian package of each. */
const KERNEL_TOOLS = {
  "iptables-nft": "iptables",
  "iptables-legacy": "iptables",
  ip: "iproute2",
  nsenter: "util-linux",
  nft: "nftables",
  conntrack: "conntrack",
};

/** The browser for the preview page. */
const BROWSER_TOOLS = { chromium: "chromium" };

/** The tools that build the image, and that run it as a container. */
const IMAGE_TOOLS = { buildah: "buildah", bwrap: "bubblewrap", unzip: "unzip", zip: "zip" };

/** The shells for the tests of completion. */
const SHELL_TOOLS = { bash: "bash", script: "bsdutils", zsh: "zsh", fish: "fish" };

/** The programs that commands in the docs call, besides those for rules and manifests. */
const DOC_TOOLS = { ...SHELL_TOOLS, git: "git", jq: "jq" };

/** The linter for the man page. */
const MANUAL_TOOLS = { groff: "groff-base", mandoc: "mandoc" };

const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
process.env.PATH = PATH;

/** @param {string} tool */
const isThere = (tool) => PATH.split(":").some((folder) => existsSync(`${folder}/${tool}`));

/**
 * Installs missing tools if this is root on a Debian. Returns why that is not enough, or undefined if it is.
 * @param {Readonly<Record<string, string>>} tools
 */
export function whyMissing(tools) {
  const missing = () => Object.entries(tools).filter(([tool]) => !isThere(tool));
  const packages = [...new Set(missing().map(([, name]) => name))];
  if (packages.length > 0 && process.getuid?.() === 0 && isThere("apt-get")) {
    console.log(`installing ${packages.join(", ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
      const { status, stderr } = spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8" });
      if (status !== 0) console.error(`apt-get ${args.join(" ")} failed:\n${stderr}`);
    }
  }
  const still = missing().map(([tool]) => tool);
  return still.length > 0 ? `missing: ${still.join(", ")}` : undefined;
}

/** Why namespaces and rules are not available here, or undefined if they are. */
export function whyNoKernel() {
  if (process.platform !== "linux") return "this is not Linux";
  if (process.getuid?.() !== 0) return "this needs root";
  const missing = whyMissing(KERNEL_TOOLS);
  if (missing) return missing;
  const { status, stderr } = spawnSync("unshare", ["-n", "iptables-nft", "-t", "nat", "-S", "POSTROUTING"], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : `network namespaces do not work here: ${stderr.trim()}`;
}

/** Why no browser can run here, or undefined if one can. */
export const whyNoBrowser = () => whyMissing(BROWSER_TOOLS);

/** Why the image cannot be built and run here, or undefined if it can. Its stand-in for Debian is built from a Debian machine. */
export const whyNoImage = () => whyMissing({ ...IMAGE_TOOLS, "apt-cache": "apt", dpkg: "dpkg" });

/** Why the shells are not available, or undefined if they are. */
export const whyNoShells = () => whyMissing(SHELL_TOOLS);

/** Why commands in the docs cannot run here, or undefined if they can. */
export const whyNoDocTools = () => whyMissing(DOC_TOOLS);

/** Why the linter for the man page is not available, or undefined if it is. */
export const whyNoManual = () => whyMissing(MANUAL_TOOLS);

/**
 * Whether a file is missing or older than another.
 * @param {string} file
 * @param {string} than
 */
export function isOlder(file, than) {
  return !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;
}

/** Installs the npm packages of a folder if they are missing or older than its lock file. */
export function ensureModules(folder = ".") {
  if (!isOlder(`${folder}/node_modules/.package-lock.json`, `${folder}/package-lock.json`)) return;
  console.log("installing npm packages");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: "inherit" });
}
