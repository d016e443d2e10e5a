/**
 * Computes the smallest edit that turns one list of lines into another, with deletions and insertions by place only.
 *
 * The lines kept are a longest common subsequence, found with the algorithm of Hunt and Szymanski ("A fast algorithm for
 * computing longest common subsequences", CACM 20(5), 1977): O((n + r) log n), where r is the number of pairs of equal lines.
 * The rules of a chain are nearly all different, so r is about n. Equal heads and tails are removed first.
 *
 * An edit is 12 bytes; edits apply in order:
 *
 *   0        4           8
 *   | op u32 | place u32 | index u32 |
 *
 * op 1 deletes the line now at `place` (from 1), which was `from[index]`; op 2 inserts `to[index]` at
 * `place`.
 */
import { alloc } from "./memory";

export const EDIT: usize = 12;

const DELETE: u32 = 1;
const INSERT: u32 = 2;

/** The maximum number of pairs of equal lines in one call (12 bytes each): beyond it, the lists do not fit. */
const MAX_LINKS: u32 = 1 << 22;

function u32At(base: usize, i: i32): u32 {
  return load<u32>(base + (<usize>i << 2));
}

function setU32(base: usize, i: i32, value: u32): void {
  store<u32>(base + (<usize>i << 2), value);
}

function lineStart(ends: usize, i: i32): u32 {
  return i == 0 ? 0 : u32At(ends, i - 1);
}

// FNV-1a, 32 bits. Lines with equal hashes are compared byte by byte, so it only needs a good distribution.
function hash(p: usize, end: usize): u32 {
  let h: u32 = 0x811c9dc5;
  for (; p < end; p++) h = (h ^ load<u8>(p)) * 0x01000193;
  return h;
}

/** Gives each line a number, the same for equal lines. Uses an open-addressing table of line indexes plus one. */
function intern(text: usize, ends: usize, count: i32, table: usize, mask: u32, ids: usize): void {
  for (let i = 0; i < count; i++) {
    const start = text + lineStart(ends, i);
    const length = text + u32At(ends, i) - start;
    let slot = hash(start, start + length) & mask;
    for (;;) {
      const known = u32At(table, slot);
      if (known == 0) {
        setU32(table, slot, i + 1);
        setU32(ids, i, i);
        break;
      }
      const other = known - 1;
      const otherStart = text + lineStart(ends, other);
      if (
        text + u32At(ends, other) - otherStart == length &&
        memory.compare(otherStart, start, length) == 0
      ) {
        setU32(ids, i, other);
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
}

let edits: usize = 0;

/** The address of the edits of the last call. */
export function editList(): usize {
  return edits;
}

/**
 * `text` and `ends` (u32 offsets from `text`) have first the `fromCount` current lines, then the `toCount` wanted lines.
 * Returns the number of edits at `editList()`, or -1 if the work does not fit.
 */
export function diffLines(text: usize, ends: usize, fromCount: i32, toCount: i32): i32 {
  const count = fromCount + toCount;
  let slots: u32 = 16;
  while (slots < <u32>count * 2) slots <<= 1;
  const table = alloc(<usize>slots << 2);
  const ids = alloc(<usize>(count + 1) << 2);
  if (table == 0 || ids == 0) return -1;
  memory.fill(table, 0, <usize>slots << 2);
  intern(text, ends, count, table, slots - 1, ids);

  const from = ids;
  const to = ids + (<usize>fromCount << 2);
  let head = 0;
  while (head < fromCount && head < toCount && u32At(from, head) == u32At(to, head)) head++;
  let fromEnd = fromCount;
  let toEnd = toCount;
  while (fromEnd > head && toEnd > head && u32At(from, fromEnd - 1) == u32At(to, toEnd - 1)) {
    fromEnd--;
    toEnd--;
  }

  // keep[i] is 1 + the index in `to` of the line that from[i] becomes, or 0 for a line that is deleted.
  const keep = alloc(<usize>(fromCount + 1) << 2);
  if (keep == 0 || !match(from, to, head, fromEnd, toEnd, count, keep)) return -1;

  edits = alloc((<usize>(fromEnd - head) + <usize>(toEnd - head)) * EDIT);
  if (edits == 0) return -1;
  let n = 0;
  let place: u32 = head + 1;
  let j = head;
  for (let i = head; i <= fromEnd; i++) {
    const until = i == fromEnd ? toEnd : <i32>u32At(keep, i) - 1;
    if (i < fromEnd && until < 0) {
      write(n++, DELETE, place, i);
      continue;
    }
    while (j < until) write(n++, INSERT, place++, j++);
    if (i < fromEnd) {
      place++;
      j++;
    }
  }
  return n;
}

function write(n: i32, op: u32, place: u32, index: u32): void {
  const at = edits + <usize>n * EDIT;
  store<u32>(at, op);
  store<u32>(at, place, 4);
  store<u32>(at, index, 8);
}

/** Fills `keep` for from[head, fromEnd) and to[head, toEnd). */
function match(from: usize, to: usize, head: i32, fromEnd: i32, toEnd: i32, count: i32, keep: usize): bool {
  memory.fill(keep, 0, <usize>(fromEnd + 1) << 2);
  const width = toEnd - head;
  if (width == 0 || fromEnd == head) return true;
  // For each line number, the places in `to` that have it, last first: `latest` by line, `earlier` by place.
  const latest = alloc(<usize>count << 2);
  const earlier = alloc(<usize>toEnd << 2);
  // reach[k]: the smallest place in `to` at which a common subsequence of length k + 1 can end; tail[k]: its link.
  const reach = alloc(<usize>width << 2);
  const tail = alloc(<usize>width << 2);
  if (latest == 0 || earlier == 0 || reach == 0 || tail == 0) return false;
  memory.fill(latest, 0, <usize>count << 2);
  for (let j = head; j < toEnd; j++) {
    const id = u32At(to, j);
    setU32(earlier, j, u32At(latest, id));
    setU32(latest, id, j + 1);
  }
  // A link is 12 bytes: | from | to | the previous link, plus one |; links grow at the end of the arena.
  const links = alloc(0);
  let linkCount: u32 = 0;
  let best = 0;
  for (let i = head; i < fromEnd; i++) {
    for (let j = <i32>u32At(latest, u32At(from, i)) - 1; j >= 0; j = <i32>u32At(earlier, j) - 1) {
      let low = 0;
      let high = best;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (<i32>u32At(reach, middle) < j) low = middle + 1;
        else high = middle;
      }
      if (low < best && <i32>u32At(reach, low) == j) continue;
      if (linkCount == MAX_LINKS) return false;
      // Links are allocated four at a time, 48 bytes, so that the arena's 16-byte alignment leaves no gaps.
      if ((linkCount & 3) == 0 && alloc(48) == 0) return false;
      const link = links + <usize>linkCount * 12;
      store<u32>(link, i);
      store<u32>(link, j, 4);
      store<u32>(link, low > 0 ? u32At(tail, low - 1) : 0, 8);
      linkCount++;
      setU32(reach, low, j);
      setU32(tail, low, linkCount);
      if (low == best) best++;
    }
  }
  let at = best > 0 ? u32At(tail, best - 1) : 0;
  while (at != 0) {
    const link = links + <usize>(at - 1) * 12;
    setU32(keep, load<u32>(link), load<u32>(link, 4) + 1);
    at = load<u32>(link, 8);
  }
  return true;
}
