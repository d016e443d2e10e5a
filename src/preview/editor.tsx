// The config editor: highlighting, the agent's diagnostics, completion of keys, and a mark at the entry that decides.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, StateEffect, StateField, type Text } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  type Rect,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Diagnostic } from "../config/index.ts";
import { completeKey, explainKey } from "./config-keys.ts";
import { applyFix, fixesOf } from "./fixes.ts";

/** A place in the text; lines and columns from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface EditorProps {
  /** The name for screen readers. */
  readonly label: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** The place to mark and scroll to. */
  readonly mark: Place | undefined;
  readonly onChange: (text: string) => void;
}

const setMark = StateEffect.define<{ from: number; to: number } | undefined>();
const decoration = Decoration.mark({ class: "decides" });

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (set, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(setMark))
        return effect.value ? Decoration.set(decoration.range(effect.value.from, effect.value.to)) : Decoration.none;
    }
    return set.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Typing over a selection. By default the browser copies the selection's look into a style attribute, which the content
 * security policy blocks with an error.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { data, inputType } = event;
    if (inputType !== "insertText" || data === null || view.composing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--field)", fontSize: "0.875rem", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--text)", padding: "0.5rem 0" },
  ".cm-gutters": { backgroundColor: "var(--field)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-tooltip": {
    backgroundColor: "var(--panel)",
    color: "var(--text)",
    border: "1px solid var(--border)",
    maxWidth: "32rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxWidth: "min(32rem, 92vw)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--panel)" },
  ".cm-completionMatchedText": { fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo, .cm-key-info": { padding: "0.4rem 0.6rem", fontSize: "0.85rem" },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--accent)",
    color: "var(--panel)",
    padding: "0.2rem 0.6rem",
    borderRadius: "6px",
  },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", padding: "0.4rem 0.6rem" },
  ".decides": { backgroundColor: "var(--decides)", outline: "1px solid var(--accent)", borderRadius: "2px" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--number)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--quiet)" },
]);

/** Places the description of a completion below or above the list: a narrow screen has no room next to it. */
function infoUnderList(_view: EditorView, list: Rect, _option: Rect, info: Rect, space: Rect) {
  const isBelow = list.bottom + info.bottom - info.top <= space.bottom;
  const width = Math.max(160, Math.floor(space.right - list.left));
  return {
    style: `${isBelow ? "top" : "bottom"}: 100%; left: -1px; width: max-content; max-width: min(32rem, ${width}px)`,
  };
}

/** Returns the offsets of a place, clamped to the text, which may have changed since. */
function rangeOf(doc: Text, { line, column, length }: Place): { from: number; to: number } {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const from = Math.min(at.from + column - 1, at.to);
  return { from, to: Math.min(from + length, at.to) };
}

/** Scrolls the editor to a place without scrolling the page. */
function showInside(view: EditorView, at: number): void {
  view.requestMeasure({
    read: () => view.lineBlockAt(at),
    write: ({ top, bottom }) => {
      const { scrollDOM } = view;
      const end = scrollDOM.scrollTop + scrollDOM.clientHeight;
      if (top < scrollDOM.scrollTop || bottom > end) scrollDOM.scrollTop = top - scrollDOM.clientHeight / 3;
    },
  });
}

const named = (label: string) =>
  EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" });

export function Editor({ label, text, diagnostics, mark, onChange }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const names = useRef(new Compartment());
  const change = useRef(onChange);
  change.current = onChange;

  useLayoutEffect(() => {
    if (!host.current) return;
    // In a shadow root CodeMirror uses adopted style sheets, which the content security policy allows.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          highlightActiveLine(),
          yaml(),
          syntaxHighlighting(colours),
          marks,
          theme,
          autocompletion({ override: [completeKey], icons: false, positionInfo: infoUnderList }),
          explainKey,
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          names.current.of(named(label)),
          typeOver,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useLayoutEffect(() => {
    view.current?.dispatch({ effects: names.current.reconfigure(named(label)) });
  }, [label]);

  // In the same task as rendering: later, the user may have typed more, which this would undo.
  useLayoutEffect(() => {
    const doc = view.current?.state.doc;
    if (!view.current || !doc || doc.toString() === text) return;
    view.current.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }, [text]);

  useLayoutEffect(() => {
    if (!view.current) return;
    const { state } = view.current;
    const found = diagnostics.map((diagnostic) => {
      const { severity, message, hint, code, ...place } = diagnostic;
      const words = hint ? `${message} [${code}]\n${hint}` : `${message} [${code}]`;
      const actions = fixesOf(diagnostic, text).map((fix) => ({
        name: fix.label,
        apply: ({ state: { doc } }: EditorView) => change.current(applyFix(doc.toString(), diagnostic, fix)),
      }));
      return { ...rangeOf(state.doc, place), severity, message: words, actions };
    });
    view.current.dispatch(setDiagnostics(state, found));
  }, [diagnostics]);

  useLayoutEffect(() => {
    if (!view.current) return;
    const range = mark && rangeOf(view.current.state.doc, mark);
    const seen = range && range.from < range.to ? range : undefined;
    view.current.dispatch({ effects: setMark.of(seen) });
    if (seen) showInside(view.current, seen.from);
  }, [mark?.line, mark?.column, mark?.length, text]);

  return <div class="editor" ref={host} />;
}
