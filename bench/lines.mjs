// @ts-check
// The scan and the diff in plain TypeScript on strings: the peer of assembly/scan.ts and edit.ts.

/**
 * The chain, its rules and the rules that lead to it, in output of iptables-save without counters. A newline in quotes does
 * not end a line.
 * @param {Uint8Array} dump
 * @param {string} chain
 */
export function scanLines(dump, chain) {
  const text = new TextDecoder().decode(dump);
  const own = `-A ${chain} `;
  const declared = `:${chain} `;
  const targets = [` -j ${chain}`, ` -g ${chain}`];
  const found = {
    chainExists: false,
    /** @type {string[]} */
    rules: [],
    /** @type {string[]} */
    jumps: [],
    /** @type {string[]} */
    references: [],
    /** @type {string[]} */
    unreadable: [],
    natSeen: false,
    tables: 0,
  };
  let inNat = true;
  let quote = text.indexOf('"');
  for (let at = 0; at < text.length; ) {
    const start = at;
    let newline = text.indexOf("\n", at);
    while (quote >= 0 && quote < newline) {
      let closing = text.indexOf('"', quote + 1);
      while (closing >= 0 && text[closing - 1] === "\\") closing = text.indexOf('"', closing + 1);
      if (closing < 0) closing = text.length;
      if (closing > newline) newline = text.indexOf("\n", closing);
      quote = text.indexOf('"', closing + 1);
    }
    const end = newline < 0 ? text.length : newline;
    at = end + 1;
    switch (text.charCodeAt(start)) {
      case 0x2d: // -
        if (!inNat) break;
        if (text.startsWith(own, start)) found.rules.push(text.slice(start + own.length, end));
        else if (targets.some((target) => text.startsWith(target, end - target.length))) {
          const isJump = text.startsWith("-A POSTROUTING ", start);
          if (isJump) found.jumps.push(text.slice(start + 15, end));
          else found.references.push(text.slice(start, end));
        }
        break;
      case 0x3a: // :
        if (inNat && text.startsWith(declared, start)) found.chainExists = true;
        break;
      case 0x2a: // *
        inNat = text.slice(start, end) === "*nat";
        if (inNat) found.natSeen = true;
        found.tables--;
        break;
      case 0x43: // COMMIT
        found.tables++;
        break;
      case 0x23: // #
      case 0x0a:
        break;
      default:
        found.unreadable.push(text.slice(start, end));
    }
  }
  return found;
}

/**
 * The fewest deletions and insertions from one list to another, by the table of longest common subsequences, after equal ends
 * are cut off: the usual O(n m) algorithm for the rest.
 * @param {readonly string[]} from
 * @param {readonly string[]} to
 */
export function diffByTable(from, to) {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  const a = from.slice(head, from.length - tail);
  const b = to.slice(head, to.length - tail);
  const width = b.length + 1;
  // longest[i * width + j]: for a[i…] and b[j…].
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      longest[at] =
        a[i] === b[j] ? (longest[at + width + 1] ?? 0) + 1 : Math.max(longest[at + width] ?? 0, longest[at + 1] ?? 0);
    }
  }
  const edits = [];
  let place = head + 1;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
      place++;
    } else if (
      j === b.length ||
      (i < a.length && (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
    ) {
      edits.push({ op: "delete", place, line: a[i++] });
    } else {
      edits.push({ op: "insert", place: place++, line: b[j++] });
    }
  }
  return edits;
}
