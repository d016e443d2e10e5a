// What is known of the format of a log.
// This module is browser-compatible.
import type { AddressPlace } from "../core/index.ts";

/** Where a line holds an address, and how people name that place. */
export interface FlowPlace {
  readonly place: AddressPlace;
  readonly label: string;
}

export interface FlowFormat {
  /** For people: `AWS VPC flow log`. */
  readonly name: string;
  readonly destination: FlowPlace;
  /** Where the source stands, if it is certainly the one that the packet had before any NAT, or was asked for. */
  readonly source?: FlowPlace | undefined;
  /** Where the source stands by its name. It may be the one that the packet had after NAT. */
  readonly namedSource?: FlowPlace | undefined;
  /** The line that names the columns, which the text begins with; it may come again. */
  readonly header?: string | undefined;
}

/**
 * What a text is, or why nothing is certain: `why` and `remedy` are clauses for people, the remedy for the command line. `convert`
 * is a command that makes lines of the text, if it is not made of lines.
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

/** Places that the user names: a field by its number, or a key, which may be a column's name or the path to a JSON value. */
export interface WantedPlaces {
  readonly destination?: WantedPlace | undefined;
  readonly source?: WantedPlace | undefined;
}
export type WantedPlace = { readonly field: number } | { readonly key: string };
