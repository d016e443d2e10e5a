// The state of the page: everything that can be set, and its form in a link.

/** The backends that the page shows, as --backend names them. */
export const BACKENDS = ["iptables", "nftables"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** The agent's flags that affect rules. */
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

export const TABS = ["changes", "entries", "map", "flows", "rules", "plan"] as const;
export type Tab = (typeof TABS)[number];

/** A file of a config. */
export interface ConfigText {
  /** The name that diagnostics give it. */
  readonly file: string;
  readonly text: string;
}

/** Where a line has its destination: where its format says, in the field or at the key that `value` names, or first. */
export const PLACES = ["auto", "field", "key", "first"] as const;
export interface Place {
  readonly kind: (typeof PLACES)[number];
  readonly value: string;
}

/** The same for the source; `none` reads no source. */
export const SOURCE_PLACES = ["auto", "field", "key", "none"] as const;
export interface SourcePlace {
  readonly kind: (typeof SOURCE_PLACES)[number];
  readonly value: string;
}

export interface PageState {
  /** The question: an address, a CIDR, or a source and a destination. */
  readonly question: string;
  /** The files of the config, at least one. */
  readonly files: readonly ConfigText[];
  /** The files of the previous config; undefined if nothing is compared. */
  readonly before: readonly ConfigText[] | undefined;
  readonly flags: Flags;
  /** Lines with addresses. */
  readonly addresses: string;
  readonly place: Place;
  readonly sourcePlace: SourcePlace;
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

/** The name of a config without a name. */
export const CONFIG_FILE = "config.yaml";

export const EMPTY_STATE: PageState = {
  question: "",
  files: [{ file: CONFIG_FILE, text: "" }],
  before: undefined,
  flags: DEFAULT_FLAGS,
  addresses: "",
  place: { kind: "auto", value: "" },
  sourcePlace: { kind: "auto", value: "" },
  observed: { ipv4: "", ipv6: "", nftables: "" },
  tab: "entries",
};

/** The limit for the state in a link, in bytes: a small link must not exhaust the memory. */
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

/** The state in a fragment from {@link packState}; undefined for anything else. */
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
    const value: unknown = JSON.parse(await new Blob(parts as BlobPart[]).text());
    return typeof value === "object" && value !== null && "files" in value ? readState(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Converts any value to a state. Missing values and values of the wrong type are taken from {@link EMPTY_STATE}. */
export function readState(value: unknown): PageState {
  const given = record(value);
  const flags = record(given.flags);
  const observed = record(given.observed);
  const place = record(given.place);
  const sourcePlace = record(given.sourcePlace);
  return {
    question: text(given.question, ""),
    files: readFiles(given.files) ?? EMPTY_STATE.files,
    before: readFiles(given.before),
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
      kind: PLACES.find((kind) => kind === place.kind) ?? "auto",
      value: text(place.value, ""),
    },
    sourcePlace: {
      kind: SOURCE_PLACES.find((kind) => kind === sourcePlace.kind) ?? "auto",
      value: text(sourcePlace.value, ""),
    },
    observed: {
      ipv4: text(observed.ipv4, ""),
      ipv6: text(observed.ipv6, ""),
      nftables: text(observed.nftables, ""),
    },
    tab: TABS.find((tab) => tab === given.tab) ?? EMPTY_STATE.tab,
  };
}

/** Undefined unless it is a list of files with different names. */
function readFiles(value: unknown): readonly ConfigText[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const files = value.map((one): ConfigText => {
    const { file, text: content } = record(one);
    return { file: text(file, ""), text: text(content, "") };
  });
  const names = new Set(files.map(({ file }) => file));
  return names.size === files.length && !names.has("") ? files : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
