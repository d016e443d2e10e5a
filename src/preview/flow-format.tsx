// What a log was taken for, and where its lines have their destination; that can be changed.
import type { FoundPlace } from "./flow-place.ts";
import { PLACES, type Place } from "./state.ts";
import { place } from "./store.ts";

const LABELS: Readonly<Record<Place["kind"], string>> = {
  auto: "as recognized",
  field: "in field number",
  key: "behind a key or in a column",
  first: "the first address",
};

const START: Readonly<Record<Place["kind"], string>> = { auto: "", field: "1", key: "dst", first: "" };

export function Where({ format }: { readonly format: FoundPlace }) {
  const { kind, value } = place.value;
  return (
    <div class="where">
      <p role="status" data-testid="format" class={format.ok ? "" : "problem"}>
        {format.ok ? (
          <>
            Read as <b>{format.format}</b>; the destination is <b>{format.label}</b>.
          </>
        ) : (
          format.why
        )}
      </p>
      <div class="bar">
        <label>
          The destination is{" "}
          <select
            value={kind}
            onChange={(event) => {
              const chosen = event.currentTarget.value as Place["kind"];
              place.value = { kind: chosen, value: START[chosen] };
            }}
          >
            {PLACES.map((name) => (
              <option key={name} value={name}>
                {LABELS[name]}
              </option>
            ))}
          </select>
        </label>
        {(kind === "field" || kind === "key") && (
          <input
            type="text"
            aria-label={kind === "key" ? "Key" : "Field number"}
            spellcheck={false}
            value={value}
            onInput={(event) => {
              place.value = { kind, value: event.currentTarget.value };
            }}
          />
        )}
      </div>
    </div>
  );
}
