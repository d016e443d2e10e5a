// Every block of code in the docs is run or checked by a test. A block with a new language, or of a kind that is new
// on its page, fails here until it has a test.
import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Block, blocksOf, fileShown, nameOf, PAGES } from "./pages.ts";

interface Runner {
  readonly languages: readonly string[];
  /** Any page, if it is left out. */
  readonly pages?: readonly string[];
  /** The test that runs these blocks, and names the page if it is not for all pages. */
  readonly test: string;
}

const RUNNERS: readonly Runner[] = [
  { languages: ["sh", "bash", "zsh", "fish"], test: "test/docs/commands.test.ts" },
  { languages: ["console"], test: "test/readme.test.ts" },
  { languages: ["text"], pages: ["docs/demo.md"], test: "test/readme.test.ts" },
  {
    languages: ["text"],
    pages: [
      "docs/architecture.md",
      "docs/configuration.md",
      "docs/doctor.md",
      "docs/how-masquerading-works.md",
      "docs/performance.md",
    ],
    test: "test/docs/shown.test.ts",
  },
  { languages: ["yaml"], pages: ["docs/configuration.md"], test: "test/docs.test.ts" },
  { languages: ["yaml"], pages: ["docs/install.md"], test: "test/deploy/deploy.test.ts" },
  { languages: ["yaml"], pages: ["docs/windows.md"], test: "test/deploy/windows.test.ts" },
  { languages: ["yaml"], pages: ["docs/metrics.md"], test: "test/deploy/monitoring.test.ts" },
  { languages: ["promql"], pages: ["docs/alerts.md"], test: "test/deploy/monitoring.test.ts" },
  { languages: ["sql"], pages: ["docs/at-scale.md"], test: "test/engines/duckdb.test.ts" },
  { languages: ["diff"], pages: ["CONTRIBUTING.md"], test: "test/contributing.test.ts" },
  { languages: ["ts"], pages: ["docs/library.md"], test: "test/library.test.ts" },
  { languages: ["js", "typescript"], pages: ["docs/library.md"], test: "test/package/package.test.ts" },
];

const BLOCKS = PAGES.flatMap(blocksOf);

const isFor = ({ languages, pages }: Runner, { page, language }: Block) =>
  languages.includes(language) && (pages?.includes(page) ?? true);

test("each block has a test", () => {
  // test/docs.test.ts compares the files that pages show with the repository's.
  const without = BLOCKS.filter((block) => !fileShown(block) && !RUNNERS.some((runner) => isFor(runner, block)));
  assert.equal(
    without.map((block) => `${nameOf(block)}: ${block.language || "no language"}`),
    [],
  );
});

test("each of these tests exists, reads its pages, and has a block", () => {
  for (const runner of RUNNERS) {
    assert.ok(existsSync(runner.test), runner.test);
    for (const page of runner.pages ?? []) {
      assert.ok(readFileSync(runner.test, "utf8").includes(page), `${runner.test} reads ${page}`);
      const its = BLOCKS.filter((block) => block.page === page);
      assert.ok(
        its.some((block) => isFor(runner, block)),
        `${page} has no ${runner.languages}`,
      );
    }
  }
});

test("statements that no test runs are introduced as such", () => {
  const sections = readFileSync("docs/at-scale.md", "utf8").split(/^(?=## )/m);
  for (const section of sections.filter((text) => text.includes("\n```sql\n"))) {
    if (!section.startsWith("## DuckDB\n")) assert.match(section, /^## .*\n\n\*Not run (by a test|in Athena)\b/);
  }
});

test.run();
