// All that a person can set on the page, and its form in a link.

/** The backends that the page shows, as --backend names them. */
export const BACKENDS = ["iptables", "nftables"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** The agent's flags that shape rules. */
export interface Flags {
  readonly backend: BackendName;
  /** As --nft-table takes it. */
  readonly table: string;
  readonly chain: string;
  readonly ipv6: boolean;
  readonly reservedRanges: boolean;
  readonly randomFully: boolean;
  /** As --to-ports takes it. */
  readonly ports: string;
}

export const TABS = ["picture", "addresses", "rules", "plan"] as const;
export type Tab = (typeof TABS)[number];

/** Which address of a line counts: the first in it, the first in a field (from 1), or the first behind `value=`. */
export interface Place {
  readonly kind: "first" | "field" | "key";
  readonly value: string;
}

export interface PageState {
  readonly config: string;
  /** The config that it is compared with; undefined: none. */
  readonly compare: string | undefined;
  readonly flags: Flags;
  /** Lines with addresses. */
  readonly addresses: string;
  readonly place: Place;
  /** What iptables-save, ip6tables-save and nft print on a node. */
  readonly observed: { readonly ipv4: string; readonly ipv6: string; readonly nftables: string };
  readonly tab: Tab;
}

/** The agent's own defaults. */
export const DEFAULT_FLAGS: Flags = {
  backend: "iptables",
  table: "ip-masq-agent",
  chain: "IP-MASQ-AGENT",
  ipv6: false,
  reservedRanges: false,
  randomFully: true,
  ports: "",
};

export const EMPTY_STATE: PageState = {
  config: "",
  compare: undefined,
  flags: DEFAULT_FLAGS,
  addresses: "",
  place: { kind: "first", value: "" },
  observed: { ipv4: "", ipv6: "", nftables: "" },
  tab: "picture",
};

/** Longest state that is unpacked from a link, in bytes: a small link must not fill the memory. */
const MAX_STATE = 8 << 20;

/** The state as text for a URL fragment: JSON, deflated (RFC 1951), in base64url. */
export async function packState(state: PageState): Promise<string> {
  const json = new Blob([JSON.stringify(state)]);
  const packed = new Uint8Array(
    await new Response(json.stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer(),
  );
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The state in a fragment that {@link packState} made; undefined for anything else. */
export async function unpackState(fragment: string): Promise<PageState | undefined> {
  try {
    const binary = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = new Blob([Uint8Array.from(binary, (char) => char.charCodeAt(0))]);
    const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > MAX_STATE) return undefined;
      parts.push(next.value);
    }
    return readState(JSON.parse(await new Blob(parts as BlobPart[]).text()));
  } catch {
    return undefined;
  }
}

/** Makes a state of anything: what is missing or of another type is as in {@link EMPTY_STATE}. */
export function readState(value: unknown): PageState {
  const given = record(value);
  const flags = record(given.flags);
  const observed = record(given.observed);
  const place = record(given.place);
  return {
    config: text(given.config, ""),
    compare: typeof given.compare === "string" ? given.compare : undefined,
    flags: {
      backend: BACKENDS.find((name) => name === flags.backend) ?? DEFAULT_FLAGS.backend,
      table: text(flags.table, DEFAULT_FLAGS.table),
      chain: text(flags.chain, DEFAULT_FLAGS.chain),
      ipv6: flags.ipv6 === true,
      reservedRanges: flags.reservedRanges === true,
      randomFully: flags.randomFully !== false,
      ports: text(flags.ports, ""),
    },
    addresses: text(given.addresses, ""),
    place: {
      kind: (["first", "field", "key"] as const).find((kind) => kind === place.kind) ?? "first",
      value: text(place.value, ""),
    },
    observed: {
      ipv4: text(observed.ipv4, ""),
      ipv6: text(observed.ipv6, ""),
      nftables: text(observed.nftables, ""),
    },
    tab: TABS.find((tab) => tab === given.tab) ?? EMPTY_STATE.tab,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
