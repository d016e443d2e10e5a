// @ts-check
// npm run prose: finds wordings that read as translated, in comments, texts and docs, and says what to write instead. A short list
// that keeps the worst ones out; it is not a style guide.
import { readdirSync, readFileSync } from "node:fs";

/** @type {readonly (readonly [pattern: RegExp, instead: string])[]} */
const PATTERNS = [
  [/\banswers (how|what|whether|who|which|undefined|its caller|if|where)\b/i, "returns"],
  [/(?:\/\*\*|\*|\/\/|[.;]) answers (?!=)/i, "returns"],
  [/\btells? (metrics|what|whether|who|which|how|where|of)\b/i, "says, shows, serves, reports"],
  [/\b(undefined|empty|null|throws|skipped|refused)\b[^.;:]{0,12} where\b/i, "if"],
  [/\bwhere (there (is|are|was|were) (no|none|nothing)|nothing is|nobody is|none is|it (fails|is missing))\b/i, "if"],
  [/\bwho (reads|is about|wants|has|calls|asks|writes)\b/i, "readers who, callers that"],
  [/\b(is|be|been|are) so\b(?! (that|far|large|long|many|much|small|slow|fast|often))/i, "is set, holds, is true"],
  [/\bfor ever\b/i, "forever, without end"],
  [/\bshall\b/i, "must, should"],
  [/\b(can|could|may) be had\b|\bto be had\b/i, "is available"],
  [/\bnobody is (waited|asked)\b/i, "nothing waits, nothing asks"],
  [/\bmakes? (it|them|the rules) so\b/i, "applies"],
  [/\bsomebody (had|has|else)\b/i, "another program"],
  [/\bthe doors?\b|\bthe rooms?\b|\bthe walls?\b/i, "entry points, modules, boundaries"],
];

const FOLDERS = ["src", "assembly", "docs", "torture", "scripts", "deploy", "bench", "demo", "test"];
const TEXTS = /\.(ts|tsx|mjs|md|css|sh|ya?ml|tpl)$/;
const GENERATED = /^(scripts\/prose\.mjs|docs\/library\.md)$|\/node_modules\//;

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
).concat(readdirSync(".").filter((name) => name.endsWith(".md")));

let found = 0;
for (const file of files.filter((name) => TEXTS.test(name) && !GENERATED.test(name))) {
  for (const [i, line] of readFileSync(file, "utf8").split("\n").entries()) {
    for (const [pattern, instead] of PATTERNS) {
      const [text] = pattern.exec(line) ?? [];
      if (text === undefined) continue;
      found++;
      console.log(`${file}:${i + 1}: "${text}": write ${instead}`);
    }
  }
}
console.log(found === 0 ? "no translated wordings" : `${found} wordings`);
process.exitCode = found === 0 ? 0 : 1;
