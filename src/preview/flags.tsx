// The agent's flags as controls.
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { BACKENDS, DEFAULT_FLAGS, type Flags } from "./state.ts";
import { evaluation, flags, isEnforced } from "./store.ts";
import { isWide } from "./wide.ts";

const SWITCHES = [
  { name: "ipv6", flag: "--enable-ipv6", hint: "also write IPv6 rules" },
  {
    name: "reservedRanges",
    flag: "--nomasq-all-reserved-ranges",
    hint: "keep all reserved ranges if the config lists no CIDRs",
  },
  { name: "randomFully", flag: "--random-fully", hint: "choose source ports at random" },
] as const satisfies readonly { name: keyof Flags; flag: string; hint: string }[];

const FIELDS = [
  { name: "chain", flag: "--masq-chain", placeholder: "IP-MASQ-AGENT" },
  { name: "ports", flag: "--to-ports", placeholder: "1024-29999,32768-65535" },
  { name: "table", flag: "--nft-table", placeholder: "ip-masq-agent" },
] as const satisfies readonly { name: keyof Flags; flag: string; placeholder: string }[];

/** The flags that differ from their defaults. */
const given = computed(() => {
  const { backend, ipv6, reservedRanges, randomFully, chain, ports, table } = flags.value;
  return [
    backend === DEFAULT_FLAGS.backend ? "" : `--backend=${backend}`,
    ipv6 ? "--enable-ipv6" : "",
    reservedRanges ? "--nomasq-all-reserved-ranges" : "",
    randomFully ? "" : "--random-fully=false",
    chain === DEFAULT_FLAGS.chain ? "" : `--masq-chain=${chain}`,
    ports === "" ? "" : `--to-ports=${ports}`,
    table === DEFAULT_FLAGS.table ? "" : `--nft-table=${table}`,
  ]
    .filter((flag) => flag !== "")
    .join(" ");
});

export function FlagControls() {
  const set = (change: Partial<Flags>) => {
    flags.value = { ...flags.value, ...change };
  };
  const usesTable = isEnforced.value || flags.value.backend === "nftables";
  return (
    <details class="flags" open={isWide.value}>
      <summary>
        Flags <small>{given.value}</small>
      </summary>
      <BackendChoice onChoose={(backend) => set({ backend })} />
      {SWITCHES.map(({ name, flag, hint }) => (
        <label key={name} class="switch">
          <input
            type="checkbox"
            checked={flags.value[name]}
            onChange={(event) => set({ [name]: event.currentTarget.checked })}
          />
          <span>
            <code>{flag}</code> <small>{hint}</small>
          </span>
        </label>
      ))}
      {FIELDS.filter(({ name }) => usesTable || name !== "table").map(({ name, flag, placeholder }) => (
        <Field key={name} name={name} flag={flag} placeholder={placeholder} onText={(text) => set({ [name]: text })} />
      ))}
    </details>
  );
}

/** Without `auto`, which depends on the node. */
function BackendChoice({ onChoose }: { readonly onChoose: (backend: Flags["backend"]) => void }) {
  return (
    <div class="field">
      <label for="flag-backend">
        <code>--backend</code>
      </label>
      <select
        id="flag-backend"
        value={isEnforced.value ? "nftables" : flags.value.backend}
        disabled={isEnforced.value}
        aria-describedby="flag-backend-note"
        onChange={(event) => onChoose(event.currentTarget.value as Flags["backend"])}
      >
        {BACKENDS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <p class="note" id="flag-backend-note">
        {isEnforced.value && "enforceNonMasquerade needs nftables; --backend=auto chooses it."}
      </p>
    </div>
  );
}

interface FieldProps {
  readonly name: (typeof FIELDS)[number]["name"];
  readonly flag: string;
  readonly placeholder: string;
  readonly onText: (text: string) => void;
}

function Field({ name, flag, placeholder, onText }: FieldProps): JSX.Element {
  const problem = evaluation.value.problems[name];
  const id = `flag-${name}`;
  return (
    <div class="field">
      <label for={id}>
        <code>{flag}</code>
      </label>
      <input
        id={id}
        type="text"
        spellcheck={false}
        autocomplete="off"
        value={flags.value[name]}
        placeholder={placeholder}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p class="problem" id={`${id}-problem`}>
        {problem}
      </p>
    </div>
  );
}
