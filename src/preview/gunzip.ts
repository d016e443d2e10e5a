// Decompresses gzip files, as clouds store their logs.

/** The limit for decompressed bytes: a small file must not exhaust the memory. */
const MOST = 1 << 29;

/** The first bytes of a member (RFC 1952): the magic number and the only method. */
const MARK = [0x1f, 0x8b, 0x08];

export const isGzip = ([first, second]: Uint8Array): boolean => first === MARK[0] && second === MARK[1];

/** Decompresses a file of one member or several. Throws if it is damaged or too long. */
export async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let room = MOST;
  const unpack = async (member: Uint8Array<ArrayBuffer>) => {
    const unpacked = await unpackMember(member, room);
    room -= unpacked.reduce((sum, { length }) => sum + length, 0);
    parts.push(...unpacked);
  };
  try {
    await unpack(packed);
  } catch (error) {
    // The browser reads one member. The next one may begin at any mark, but compressed data can contain the mark as well.
    let start = 0;
    for (const end of [...marksIn(packed), packed.length]) {
      const isWhole = await unpack(packed.subarray(start, end)).then(
        () => true,
        () => false,
      );
      if (isWhole) start = end;
    }
    if (start < packed.length) throw error;
  }
  return joined(parts);
}

/** Offsets at which further members may begin. */
function marksIn(packed: Uint8Array): readonly number[] {
  const marks: number[] = [];
  for (let at = packed.indexOf(MARK[0] ?? 0, 1); at > 0; at = packed.indexOf(MARK[0] ?? 0, at + 1)) {
    if (packed[at + 1] === MARK[1] && packed[at + 2] === MARK[2]) marks.push(at);
  }
  return marks;
}

async function unpackMember(member: Uint8Array<ArrayBuffer>, room: number): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = new Blob([member]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let left = room;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    left -= next.value.length;
    if (left < 0) throw new Error("it is larger than 512 MiB when decompressed");
    parts.push(next.value);
  }
  return parts;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
