// Where the lines of a log have their destination: what the reader says, or what the format shows.
import type { AddressPlace } from "../core/index.ts";
import { recognizeFlows, type WantedPlaces } from "../flows/index.ts";
import type { Place } from "./state.ts";

/** How a log is read, or why nothing is certain about it. */
export type FoundPlace =
  | {
      readonly ok: true;
      /** For people: `conntrack`, `AWS VPC flow log`. */
      readonly format: string;
      readonly destination: AddressPlace;
      /** The destination's place, for people. */
      readonly label: string;
      readonly source: AddressPlace | undefined;
      /** The line that names the columns, which is no flow. */
      readonly header: string | undefined;
    }
  | { readonly ok: false; readonly why: string };

/** Finds the place by the first lines of the log. */
export function findPlace(sample: string, place: Place): FoundPlace {
  if (place.kind === "first") {
    const format = { format: "lines", label: "the first address", source: undefined, header: undefined };
    return { ok: true, destination: "first", ...format };
  }
  const recognition = recognizeFlows(sample, wantedOf(place));
  if (!recognition.ok) return { ok: false, why: `Which address is the destination? ${capital(recognition.why)}.` };
  const { name, destination, source, header } = recognition.format;
  return {
    ok: true,
    format: name,
    destination: destination.place,
    label: destination.label,
    source: source?.place,
    header,
  };
}

/** A place that is not yet whole, as it is typed, is as recognized. */
function wantedOf({ kind, value }: Place): WantedPlaces {
  if (kind === "key" && value !== "") return { destination: { key: value } };
  if (kind === "field" && /^[1-9]\d{0,3}$/.test(value)) return { destination: { field: Number(value) } };
  return {};
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
