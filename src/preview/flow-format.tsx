// The recognized format, and the places of the destination and the source in its lines; both places can be changed.
import type { Signal } from "@preact/signals";
import type { PlaceExample } from "../flows/index.ts";
import type { FoundPlace } from "./flow-place.ts";
import { PLACES, type Place, SOURCE_PLACES, type SourcePlace } from "./state.ts";
import { inForce, place, sourcePlace } from "./store.ts";

const LABELS: Readonly<Record<(Place | SourcePlace)["kind"], string>> = {
  auto: "as recognized",
  field: "field number",
  key: "a key or a column",
  first: "the first address",
  none: "not read",
};

export function Where({ format }: { readonly format: FoundPlace }) {
  return (
    <div class="where">
      <p role="status" data-testid="format" class={format.ok ? "" : "problem"}>
        {format.ok ? (
          <>
            Read as <b>{format.format}</b>; the destination is <b>{format.label}</b>
            {format.source && (
              <>
                , the source <b>{format.source.label}</b>
              </>
            )}
            .
          </>
        ) : (
          format.why
        )}
      </p>
      {!format.ok && format.example && <Suggestion example={format.example} />}
      <div class="bar">
        <Choice name="destination" kinds={PLACES} start="dst" chosen={place} />
        <Choice name="source" kinds={SOURCE_PLACES} start="src" chosen={sourcePlace} />
      </div>
      {format.ok && <SourceNote format={format} />}
    </div>
  );
}

/** A button that selects the likely place. */
function Suggestion({ example: { place: wanted, address } }: { readonly example: PlaceExample }) {
  const text = "key" in wanted ? wanted.key : `field ${wanted.field}`;
  return (
    <div class="bar">
      <button
        type="button"
        class="fix"
        onClick={() => {
          place.value =
            "key" in wanted ? { kind: "key", value: wanted.key } : { kind: "field", value: String(wanted.field) };
        }}
      >
        {address === undefined ? `Use ${text}` : `Use ${text} (${address})`}
      </button>
    </div>
  );
}

/** Says how reliable the source is, if the verdict depends on it. */
function SourceNote({ format: { source } }: { readonly format: Extract<FoundPlace, { ok: true }> }) {
  if (!inForce.value.policy?.some(({ scope }) => scope.sources !== "any")) return null;
  if (!source) {
    return (
      <p class="note">
        The lines do not contain a source, so the verdicts hold for packets whose source is in sourceCIDRs.
      </p>
    );
  }
  if (!source.isDoubtful) return null;
  return (
    <p class="note" data-testid="source-note">
      A flow log may be written after NAT. A masqueraded packet then has the node’s address as its source, which is not
      in sourceCIDRs, and counts as kept here. If so, set the source to “{LABELS.none}”.
    </p>
  );
}

interface ChoiceProps<P extends Place | SourcePlace> {
  readonly name: "destination" | "source";
  readonly kinds: readonly P["kind"][];
  /** The first suggestion for a key. */
  readonly start: string;
  readonly chosen: Signal<P>;
}

function Choice<P extends Place | SourcePlace>({ name, kinds, start, chosen }: ChoiceProps<P>) {
  const { kind, value } = chosen.value;
  const label = kind === "key" ? `Key of the ${name}` : `Field number of the ${name}`;
  return (
    <span class="choice">
      <label>
        The {name} is{" "}
        <select
          value={kind}
          onChange={(event) => {
            const next = event.currentTarget.value as P["kind"];
            chosen.value = { kind: next, value: { field: "1", key: start }[next as string] ?? "" } as P;
          }}
        >
          {kinds.map((one) => (
            <option key={one} value={one}>
              {LABELS[one]}
            </option>
          ))}
        </select>
      </label>
      {(kind === "field" || kind === "key") && (
        <input
          type="text"
          aria-label={label}
          spellcheck={false}
          value={value}
          onInput={(event) => {
            chosen.value = { kind, value: event.currentTarget.value } as P;
          }}
        />
      )}
    </span>
  );
}
