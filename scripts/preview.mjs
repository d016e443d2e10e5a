// @ts-check
// Builds the page: the worker and the help as text, the script that contains them, and all with the styles into one HTML file whose content
// security policy has their hashes.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { BUNDLE } from "./bundle.mjs";
import { helpOf } from "./help.mjs";

/** @satisfies {import("esbuild").BuildOptions} */
const BROWSER = {
  ...BUNDLE,
  platform: "browser",
  mainFields: ["module", "main"],
  minify: true,
  legalComments: "none",
  write: false,
  metafile: true,
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
};

/** @param {string} text */
const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * The text of the page, its content security policy, and its inputs.
 * @returns {Promise<{ html: string, policy: string, metafiles: import("esbuild").Metafile[] }>}
 */
export async function buildPage() {
  const worker = await build({ ...BROWSER, entryPoints: ["src/preview/worker.ts"], format: "iife" });
  const workerText = worker.outputFiles[0]?.text ?? "";
  const page = await build({
    ...BROWSER,
    entryPoints: ["src/preview/main.tsx"],
    plugins: [
      ...BUNDLE.plugins,
      {
        name: "made-texts",
        setup: ({ onResolve, onLoad }) => {
          /** @type {Readonly<Record<string, string>>} */
          const texts = { "worker-source": workerText, "help-source": helpOf("docs/how-masquerading-works.md") };
          onResolve({ filter: /^(worker|help)-source$/ }, ({ path }) => ({ path, namespace: "made" }));
          onLoad({ filter: /.*/, namespace: "made" }, ({ path }) => ({ contents: texts[path] ?? "", loader: "text" }));
        },
      },
    ],
  });
  // The text must not contain the end tag of a script element.
  const script = (page.outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  const styles = await build({
    entryPoints: ["src/preview/styles/page.css"],
    bundle: true,
    minify: true,
    write: false,
  });
  const style = styles.outputFiles[0]?.text ?? "";
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashOf(style)}`,
    "worker-src blob:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const html = [
    ["made by the build", policy],
    ["<style></style>", `<style>${style}</style>`],
    ['<script type="module"></script>', `<script type="module">${script}</script>`],
  ].reduce(
    (text, [hole = "", part = ""]) => text.replace(hole, () => part),
    readFileSync("src/preview/page.html", "utf8"),
  );
  return { html, policy, metafiles: [page.metafile, worker.metafile] };
}
