// @ts-check
// The compiled core, dist/core.wasm.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { CompileError } from "./compiled.mjs";

const CORE = "dist/core.wasm";
/** The fingerprint of the existing core and its sources. */
const FINGERPRINT = "build/core.sha256";

/** Compiles the core. */
export async function buildCore() {
  const { default: asc } = await import("assemblyscript/asc");
  mkdirSync("dist", { recursive: true });
  const { error } = await asc.main(["assembly/index.ts", "--config", "asconfig.json", "--target", "release"], {
    stdout: process.stdout,
    stderr: process.stderr,
  });
  if (error) throw new CompileError(error.message);
  mkdirSync("build", { recursive: true });
  writeFileSync(FINGERPRINT, fingerprint());
}

/** Compiles the core unless the existing one was compiled from the same sources. */
export async function ensureCore() {
  if (existsSync(CORE) && existsSync(FINGERPRINT) && readFileSync(FINGERPRINT, "utf8") === fingerprint()) return;
  await buildCore();
}

/** A hash of the sources, the compiler's options and version, and the core itself. */
function fingerprint() {
  const sources = readdirSync("assembly", { recursive: true, encoding: "utf8" })
    .map((name) => `assembly/${name}`)
    .filter((file) => statSync(file).isFile())
    .sort();
  const hash = createHash("sha256");
  for (const file of [...sources, "asconfig.json", "node_modules/assemblyscript/package.json", CORE]) {
    hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}
