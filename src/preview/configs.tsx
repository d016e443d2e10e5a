// The current config and the previous one: their files in editors, and their diagnostics.
import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { PolicyRule } from "../policy/index.ts";
import { asked } from "./asked.ts";
import { Editor, type Place } from "./editor.tsx";
import type { Evaluation } from "./evaluate.ts";
import { PresetMenu } from "./preset-menu.tsx";
import { SaveConfig } from "./save-config.tsx";
import type { ConfigText } from "./state.ts";
import {
  before,
  evaluation,
  evaluationBefore,
  files,
  inForce,
  isEditing,
  openFile,
  openFileBefore,
  pointed,
  pointedBefore,
} from "./store.ts";
import { Summary } from "./summary.tsx";
import { isWide } from "./wide.ts";

export function Configs() {
  const isCompared = before.value !== undefined;
  return (
    <>
      {before.value && evaluationBefore.value && (
        <section class="config" aria-labelledby="before-heading" data-side="before">
          <div class="bar">
            <h2 id="before-heading">Before</h2>
            <button
              type="button"
              onClick={() => {
                [files.value, before.value] = [before.value ?? files.value, files.value];
              }}
            >
              Swap
            </button>
            <button
              type="button"
              onClick={() => {
                before.value = undefined;
              }}
            >
              Stop comparing
            </button>
          </div>
          <Files
            name="Before"
            files={before.value}
            open={openFileBefore}
            evaluation={evaluationBefore.value}
            mark={placeOf(pointedBefore.value, evaluationBefore.value)}
            onChange={(next) => {
              before.value = next;
            }}
            testid="summary-before"
          />
        </section>
      )}
      <section class="config" aria-labelledby="config-heading">
        <div class="bar">
          <h2 id="config-heading">{isCompared ? "After" : "Config"}</h2>
          <PresetMenu />
          {!isCompared && (
            <button
              type="button"
              onClick={() => {
                before.value = files.value;
              }}
            >
              Compare
            </button>
          )}
        </div>
        <Files
          name={isCompared ? "After" : "Config"}
          files={files.value}
          open={openFile}
          evaluation={evaluation.value}
          mark={markOf()}
          onChange={(next) => {
            files.value = next;
          }}
          testid="summary"
        />
        {(isWide.value || isEditing.value) && <SaveConfig />}
      </section>
    </>
  );
}

/** The place of the entry that decides about what the pointer is at, or about the question. */
function markOf(): (Place & { readonly file: string }) | undefined {
  return inForce.value.stale ? undefined : placeOf(pointed.value ?? asked.value.rule, evaluation.value);
}

/** The place of a rule in the texts; undefined if they have changed since. */
function placeOf(rule: PolicyRule | undefined, { parsed, policy = [] }: Evaluation) {
  if (!rule?.origin || !policy.some(({ rules }) => rules.includes(rule))) return undefined;
  const { file, line, column } = rule.origin;
  // An entry ends before a blank, a comment, or the end of its list.
  const rest = ((parsed.texts.get(file) ?? "").split("\n")[line - 1] ?? "").slice(column - 1);
  return { file, line, column, length: /^["']?[\w.:/]+["']?/.exec(rest)?.[0].length ?? 1 };
}

interface FilesProps {
  /** The editor's name for screen readers. */
  readonly name: string;
  readonly files: readonly ConfigText[];
  readonly open: Signal<string>;
  readonly evaluation: Evaluation;
  readonly mark: (Place & { readonly file: string }) | undefined;
  readonly onChange: (files: readonly ConfigText[]) => void;
  readonly testid: string;
}

function Files({ name, files: all, open, evaluation: { parsed }, mark, onChange, testid }: FilesProps) {
  const shown = all.find(({ file }) => file === open.value) ?? all[0];
  // Keep the same array: the editor updates its marks whenever it gets another one.
  const diagnostics = useMemo(
    () => parsed.diagnostics.filter(({ file }) => file === shown?.file),
    [parsed, shown?.file],
  );
  if (!shown) return null;
  const set = (file: string, text: string) => onChange(all.map((one) => (one.file === file ? { ...one, text } : one)));
  return (
    <>
      <details
        class="fold"
        open={isWide.value || isEditing.value}
        onToggle={(event) => {
          if (!isWide.value) isEditing.value = event.currentTarget.open;
        }}
      >
        <summary>{all.length > 1 ? `Edit ${all.length} files` : `Edit ${shown.file}`}</summary>
        <fieldset class="files" aria-label={`Files, ${name}`}>
          {all.map(({ file }) => (
            <span key={file} class={file === shown.file ? "file open" : "file"}>
              <button
                type="button"
                aria-pressed={file === shown.file}
                onClick={() => {
                  open.value = file;
                }}
              >
                {file}
              </button>
              {all.length > 1 && (
                <button
                  type="button"
                  class="close"
                  aria-label={`Remove ${file}`}
                  onClick={() => onChange(all.filter((one) => one.file !== file))}
                >
                  ×
                </button>
              )}
            </span>
          ))}
          <button
            type="button"
            class="add"
            onClick={() => {
              const file = freeName(all);
              onChange([...all, { file, text: "nonMasqueradeCIDRs:\n" }]);
              open.value = file;
            }}
          >
            Add a file
          </button>
        </fieldset>
        <div class="frame">
          <Editor
            key={shown.file}
            label={name}
            text={shown.text}
            diagnostics={diagnostics}
            mark={mark?.file === shown.file ? mark : undefined}
            onChange={(text) => set(shown.file, text)}
          />
        </div>
      </details>
      <Summary
        parsed={parsed}
        testid={testid}
        onFix={(file, edit) => {
          const text = all.find((one) => one.file === file)?.text;
          if (text !== undefined) set(file, edit(text));
        }}
        onShow={(file) => {
          open.value = file;
        }}
      />
    </>
  );
}

function freeName(all: readonly ConfigText[]): string {
  for (let i = all.length + 1; ; i++) {
    const name = `ip-masq-${i}.yaml`;
    if (all.every(({ file }) => file !== name)) return name;
  }
}
