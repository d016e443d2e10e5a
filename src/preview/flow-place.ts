// Finds the destination and the source in the lines of a log: as the user chose, or by the format.
import type { AddressPlace } from "../core/index.ts";
import {
  type FlowFormat,
  type FlowPlace,
  type PlaceExample,
  recognizeFlows,
  type WantedPlace,
} from "../flows/index.ts";
import type { Place, SourcePlace } from "./state.ts";
import { FLOW_TEXTS, unrelatedText } from "./unrelated.ts";

/** How a log is read, or why that is unclear. */
export type FoundPlace =
  | {
      readonly ok: true;
      /** The display name: `conntrack`, `AWS VPC flow log`. */
      readonly format: string;
      readonly destination: AddressPlace;
      /** The display name of the destination's place. */
      readonly label: string;
      readonly source: FoundSource | undefined;
      /** The header line, which is not a flow. */
      readonly header: string | undefined;
    }
  | {
      readonly ok: false;
      readonly why: string;
      /** Where the destination may be. */
      readonly example: PlaceExample | undefined;
    };

export interface FoundSource extends FlowPlace {
  /** Whether it may be the source after NAT. */
  readonly isDoubtful: boolean;
}

/** Finds the places by the first lines of the log. */
export function findPlace(sample: string, place: Place, source: SourcePlace): FoundPlace {
  const destination = wantedOf(place);
  const recognition = recognizeFlows(sample, { destination, source: wantedOf(source) });
  const format = recognition.ok ? recognition.format : undefined;
  if (place.kind === "first") {
    const found = { format: "lines", destination: "first", label: "the first address" } as const;
    return { ok: true, ...found, source: format && sourceOf(format, source), header: undefined };
  }
  const unrelated = destination ? undefined : unrelatedText(sample);
  if (unrelated !== undefined) {
    const why = `This looks like ${unrelated}, which is not a flow log. This page reads ${FLOW_TEXTS}. If the lines do contain flows, choose where the destination is.`;
    return { ok: false, why, example: undefined };
  }
  if (!recognition.ok) {
    const { why, example, convert } = recognition;
    const remedy = convert ? `Convert it first: ${convert}` : "Choose where the destination is.";
    return { ok: false, why: `${capital(why)}. ${remedy}`, example };
  }
  const { name, destination: found, header } = recognition.format;
  const places = { destination: found.place, label: found.label, source: sourceOf(recognition.format, source) };
  return { ok: true, format: name, ...places, header };
}

function sourceOf({ source, namedSource, destination }: FlowFormat, { kind }: SourcePlace): FoundSource | undefined {
  if (kind === "none") return undefined;
  if (source) return { ...source, isDoubtful: false };
  // If the user chose this column as the destination, it is not the source.
  return namedSource && namedSource.label !== destination.label ? { ...namedSource, isDoubtful: true } : undefined;
}

/** Ignores a place that is incomplete because the user is still typing. */
function wantedOf({ kind, value }: Place | SourcePlace): WantedPlace | undefined {
  if (kind === "key" && value !== "") return { key: value };
  if (kind === "field" && /^[1-9]\d{0,3}$/.test(value)) return { field: Number(value) };
  return undefined;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
