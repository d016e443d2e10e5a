// Where the lines of a log have their destination: what the reader says, or what the format shows.
import type { AddressPlace } from "../core/index.ts";
import type { Place } from "./state.ts";

/** How a log is read, or why nothing is certain about it. */
export type FoundPlace =
  | {
      readonly ok: true;
      /** For people: `conntrack`, `AWS VPC flow log`. */
      readonly format: string;
      readonly destination: AddressPlace;
      readonly label: string;
      readonly source: AddressPlace | undefined;
    }
  | { readonly ok: false; readonly why: string };

/** Finds the place by the first lines of the log. */
export function findPlace(sample: string, { kind, value }: Place): FoundPlace {
  const found = (destination: AddressPlace, label: string, source?: AddressPlace): FoundPlace => {
    return { ok: true, format: "lines", destination, label, source };
  };
  if (kind === "key" && value !== "") return found({ key: value }, value);
  if (kind === "field" && /^[1-9]\d{0,3}$/.test(value)) return found({ field: Number(value) }, `field ${value}`);
  if (kind === "first") return found("first", "the first address");
  if (/\bsrc=\S+ dst=/.test(sample)) return found({ key: "dst" }, "dst", { key: "src" });
  return found("first", "the first address");
}
