// Reads the address at a place of a line with the core, as it is read when the line is judged.
// This module is browser-compatible.
import { type AddressPlace, LineReader } from "../core/index.ts";

const encoder = new TextEncoder();

/** Empty if there is none. */
export function addressAt(line: string, place: AddressPlace): string {
  const bytes = encoder.encode(`${line}\n`);
  const reader = new LineReader([], { place, chunk: bytes.length });
  reader.room().set(bytes);
  reader.filled(bytes.length);
  return reader.next()?.address(0) ?? "";
}
