// The menu of presets, and an explanation of the chosen one.
import { useSignal } from "@preact/signals";
import { notices } from "./open-files.ts";
import { PRESETS, type Preset } from "./presets.ts";
import type { ConfigText } from "./state.ts";
import { files, flags, openFile, question, setState, state } from "./store.ts";

/** Applies a preset, and offers to restore the text that it replaces. */
function take({ name, files: next, flags: set, question: ask }: Preset): void {
  const old = state.value;
  const isPreset = ALL.some((one) => sameFiles(one.files, old.files));
  if (!isPreset) {
    const undo = { label: "Undo", act: () => setState(old) };
    notices.value = [{ text: `“${name}” replaced the editor’s content.`, isProblem: false, actions: [undo] }];
  }
  files.value = next;
  flags.value = set;
  question.value = ask;
  openFile.value = "";
}

const ALL = Object.values(PRESETS).flat();

const sameFiles = (some: readonly ConfigText[], others: readonly ConfigText[]): boolean =>
  some.length === others.length && some.every(({ text }, i) => others[i]?.text === text);

export function PresetMenu() {
  const chosen = useSignal<Preset | undefined>(undefined);
  const isShown = chosen.value !== undefined && sameFiles(chosen.value.files, files.value);
  return (
    <>
      <select
        aria-label="Start from a preset"
        value=""
        onChange={(event) => {
          chosen.value = ALL.find(({ name }) => name === event.currentTarget.value);
          event.currentTarget.value = "";
          if (chosen.value) take(chosen.value);
        }}
      >
        <option value="">Presets…</option>
        {Object.entries(PRESETS).map(([heading, presets]) => (
          <optgroup key={heading} label={heading}>
            {presets.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
        ))}
      </select>
      {isShown && (
        <p class="why" role="status" data-testid="why">
          <b>{chosen.value?.name}.</b> {chosen.value?.why}
        </p>
      )}
    </>
  );
}
