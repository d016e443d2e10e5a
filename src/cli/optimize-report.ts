// What optimize says of the changes it makes.
import { type Aggregate, type Change, changesOf } from "../core/index.ts";
import { nameOf } from "./input.ts";

/** Changes that are told one by one, and parts of one merge; the others are counted. */
const SHOWN = 100;
const PARTS = 8;

/** A list, optimized: what is said of it and what is printed. */
export interface Optimized {
  readonly list: Aggregate;
  readonly entry: (index: number) => { readonly network: string; readonly line: number };
  /** The file with the smallest list in it, or that list alone. */
  readonly text: string | Uint8Array;
  /** What a config allows; a plain list may be any length. */
  readonly cidrLimit: number | undefined;
}

/** The changes and the count, for a person. */
export function report({ list, entry, cidrLimit }: Optimized, file: string, changes: number): string[] {
  const place = (index: number) => {
    const { network, line } = entry(index);
    return `${network} (line ${line})`;
  };
  const say = (change: Change) => {
    if (change.op === "cover") {
      const same = entry(change.index).network === entry(change.by).network;
      return `${place(change.index)} ${same ? "is listed already:" : "is covered by"} ${place(change.by)}`;
    }
    const parts = change.indexes.slice(0, PARTS).map(place);
    const more = change.indexes.length - parts.length;
    return `${[...parts, ...(more > 0 ? [`${more} more`] : [])].join(" + ")} -> ${list.network(change.into)}`;
  };
  const lines = changesOf(list, SHOWN).map(say);
  if (changes > lines.length) lines.push(`… and ${changes - lines.length} more`);
  const before = list.fates.length;
  if (before === 0 && cidrLimit !== undefined) return [`${nameOf(file)}: lists no CIDRs`];
  const plural = list.length === 1 ? "CIDR" : "CIDRs";
  const limit =
    cidrLimit === undefined
      ? ""
      : list.length <= cidrLimit
        ? `, within cidrLimit ${cidrLimit}`
        : `, still more than cidrLimit ${cidrLimit}: raise it to ${list.length}`;
  return [...lines, `${nameOf(file)}: ${before} -> ${list.length} ${plural}${limit}`];
}

/** All of it as data. */
export function describe({ list, entry, cidrLimit }: Optimized): object {
  const cidrs = new TextDecoder().decode(list.text).split("\n").slice(0, -1);
  const changes = changesOf(list);
  const named = (index: number) => {
    const { network, line } = entry(index);
    return { cidr: network, line };
  };
  return {
    before: list.fates.length,
    after: list.length,
    ...(cidrLimit === undefined ? {} : { cidrLimit, withinLimit: list.length <= cidrLimit }),
    cidrs,
    covered: changes.flatMap((one) => (one.op === "cover" ? [{ ...named(one.index), by: named(one.by) }] : [])),
    merged: changes.flatMap((one) =>
      one.op === "merge" ? [{ cidr: cidrs[one.into], parts: one.indexes.map(named) }] : [],
    ),
  };
}
