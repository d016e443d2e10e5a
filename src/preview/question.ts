// The question: an address, a CIDR, or the source and the destination of a packet.
import { parseAddresses, parsePrefixes } from "../core/index.ts";

export type Question =
  | { readonly kind: "none" }
  | { readonly kind: "unclear"; readonly message: string }
  | {
      readonly kind: "packet";
      /** An address or a CIDR. */
      readonly destination: string;
      readonly source: string | undefined;
      readonly outputInterface: string | undefined;
    };

const ARROW = /\s*(?:→|⇒|[-=]+>|>|\sto\s)\s*/i;

const isAddress = (text: string) => parseAddresses([text]).read[0]?.ok === true;
const isCidr = (text: string) => text.includes("/") && parsePrefixes([text]).read[0]?.ok === true;

/** Removes a port, which has no effect, and the brackets around an IPv6 address. */
function withoutPort(text: string): string {
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  return inBrackets ?? text.replace(/^(\d+(?:\.\d+){3}):\d+$/, "$1");
}

/** Reads `10.1.2.3`, `10.0.0.0/8`, `10.244.1.7 → 10.1.2.3`, each optionally followed by `via eth0`. */
export function readQuestion(text: string): Question {
  const [, packet = "", outputInterface] = /^(.*?)(?:\s+via\s+(\S+))?\s*$/is.exec(text.trim()) ?? [];
  if (packet.trim() === "") return { kind: "none" };
  const byArrow = packet.trim().split(ARROW);
  const words = (byArrow.length > 1 ? byArrow : packet.trim().split(/[\s,]+/)).map(withoutPort);
  if (words.length > 2) {
    return unclear("there are more than two addresses", "write one source and one destination: 10.244.1.7 → 10.1.2.3");
  }
  const destination = words.at(-1) ?? "";
  // A CIDR of one address is that address.
  const source = words.length === 2 ? words[0]?.replace(/(?<=\..*)\/32$|(?<=:.*)\/128$/, "") : undefined;
  if (destination === "") return unclear("the destination is missing", "write it after the arrow");
  if (source === "") return unclear("the source is missing", "write it before the arrow");
  if (!isAddress(destination) && !isCidr(destination)) return unclear(...problemOf(destination));
  if (source !== undefined && !isAddress(source)) {
    return isCidr(source)
      ? unclear(`the source ${source} is a CIDR`, "write one address in it")
      : unclear(...problemOf(source));
  }
  return { kind: "packet", destination, source, outputInterface };
}

const unclear = (what: string, instead: string): Question => ({ kind: "unclear", message: `${what}; ${instead}` });

function problemOf(text: string): [what: string, instead: string] {
  const isName = /^[a-z\d-]+(\.[a-z\d-]+)*\.?$/i.test(text) && /[g-z]/i.test(text);
  return isName
    ? [`${text} is a host name`, "this page does not resolve names. Enter its address"]
    : [`${text} is neither an address nor a CIDR`, "write one, such as 10.1.2.3, fd00::1 or 10.0.0.0/8"];
}
