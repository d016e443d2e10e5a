// The types that describe the format of a log.
// This module is browser-compatible.
import type { AddressPlace } from "../core/index.ts";

/** The place of an address in a line, and its label for messages. */
export interface FlowPlace {
  readonly place: AddressPlace;
  readonly label: string;
}

export interface FlowFormat {
  /** For messages: `AWS VPC flow log`. */
  readonly name: string;
  readonly destination: FlowPlace;
  /** The place of the source, if it is certainly the address before any NAT, or was asked for. */
  readonly source?: FlowPlace | undefined;
  /** The place of the source by its name. It may be the source that the packet had after NAT. */
  readonly namedSource?: FlowPlace | undefined;
  /** The header line with the column names. Only empty lines and comments precede it; it may be repeated. */
  readonly header?: string | undefined;
}

/**
 * The format of a text, or why it is not certain: `why` and `remedy` are clauses for messages; `remedy` is for the command line. `convert` is
 * a command that converts the text to lines, if it is not made of lines.
 */
export type Recognition =
  | { readonly ok: true; readonly format: FlowFormat }
  | {
      readonly ok: false;
      readonly why: string;
      readonly remedy: string;
      readonly example?: PlaceExample;
      readonly convert?: string;
    };

/** A place that may be the one of the destination, and the address that stands there in the first lines, if it is known. */
export interface PlaceExample {
  readonly place: WantedPlace;
  readonly address?: string | undefined;
}

/** Places given by the user: a field number, or a key, which may be a column name or the path of a JSON value. */
export interface WantedPlaces {
  readonly destination?: WantedPlace | undefined;
  readonly source?: WantedPlace | undefined;
}
export type WantedPlace = { readonly field: number } | { readonly key: string };
