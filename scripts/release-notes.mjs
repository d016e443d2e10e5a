// @ts-check
// node scripts/release-notes.mjs VERSION: prints the section of CHANGELOG.md about this version. Fails if there is none.
import { readFileSync } from "node:fs";

/**
 * The text below the heading `## VERSION` or `## VERSION (…)`, up to the next heading of its level. Undefined if the changelog has
 * no such heading, or nothing below it. Wrapped lines are joined, because GitHub shows each newline of a release's notes.
 * @param {string} changelog
 * @param {string} version
 */
export function releaseNotes(changelog, version) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  const notes = section?.slice(section.indexOf("\n")).trim();
  return notes ? `${notes.replace(/\n {2}(?=[^\s*-])/g, " ")}\n` : undefined;
}

if (process.argv[1]?.endsWith("release-notes.mjs")) {
  const [, , version = ""] = process.argv;
  const notes = releaseNotes(readFileSync("CHANGELOG.md", "utf8"), version);
  if (notes === undefined) {
    console.error(`CHANGELOG.md says nothing about version ${version}: add a section "## ${version}"`);
    process.exitCode = 1;
  } else process.stdout.write(notes);
}
