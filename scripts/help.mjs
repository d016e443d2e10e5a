// @ts-check
// A page of the docs as HTML, for the help of the preview page: its pictures are in it, and it links to nothing.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @param {string} text */
const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/**
 * Returns the HTML of a page of the docs. Of Markdown it knows what that page uses: headings, paragraphs, lists, tables, code
 * without empty lines, and pictures.
 * @param {string} file
 */
export function helpOf(file) {
  // What follows this heading leads to other pages.
  const [text = ""] = readFileSync(file, "utf8").split("\n## See it\n");
  const blocks = text.trim().split(/\n{2,}/);
  return blocks.map((block) => blockOf(block, dirname(file))).join("\n");
}

/**
 * @param {string} block
 * @param {string} folder
 */
function blockOf(block, folder) {
  const [first = "", ...rest] = block.split("\n");
  const [, marks = "", title = ""] = /^(#+) (.*)$/.exec(first) ?? [];
  // The page has a heading of the first level.
  if (marks) return `<h${marks.length + 1}>${inline(title)}</h${marks.length + 1}>`;
  const [, words = "", picture = ""] = /^!\[(.*)\]\((.*)\)$/.exec(block.replaceAll("\n", " ")) ?? [];
  if (picture) return `<img alt="${escapeHtml(words)}" src="${dataUrl(readFileSync(join(folder, picture), "utf8"))}">`;
  if (first.startsWith("```"))
    return `<pre tabindex="0"><code>${escapeHtml(rest.slice(0, -1).join("\n"))}</code></pre>`;
  if (first.startsWith("|")) return table(block);
  if (/^(-|1\.) /.test(first)) return list(block, first.startsWith("-") ? "ul" : "ol");
  return `<p>${inline(block)}</p>`;
}

/** @param {string} svg */
const dataUrl = (svg) => `data:image/svg+xml,${encodeURIComponent(svg.replace(/>\s+</g, "><"))}`;

/**
 * @param {string} block
 * @param {"ul" | "ol"} tag
 */
function list(block, tag) {
  const items = block.split(/\n(?=(?:-|\d+\.) )/).map((item) => item.replace(/^(?:-|\d+\.) /, ""));
  return `<${tag}>${items.map((item) => `<li>${inline(item)}</li>`).join("")}</${tag}>`;
}

/** @param {string} block */
function table(block) {
  const [head = [], , ...rows] = block.split("\n").map((line) => line.split("|").slice(1, -1));
  const row = (/** @type {readonly string[]} */ cells, /** @type {string} */ tag) =>
    `<tr>${cells.map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${row(head, 'th scope="col"').replaceAll('</th scope="col">', "</th>")}</thead><tbody>${rows.map((cells) => row(cells, "td")).join("")}</tbody></table>`;
}

/**
 * Code, bold and italic words; of a link its text, as the page has nothing to lead to.
 * @param {string} text
 */
function inline(text) {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith("`")
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : escapeHtml(part)
            .replace(/\*\*(.+?)\*\*/g, "<b>$1</b>")
            .replace(/(?<!\w)_(.+?)_(?!\w)/g, "<i>$1</i>"),
    )
    .join("")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}
