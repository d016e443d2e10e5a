// Files can be dropped anywhere on the page.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ConfigSide, notices, openFiles } from "./open-files.ts";

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

/** The config that a file is dropped on; anywhere else, the current one. */
function sideOf(event: DragEvent): ConfigSide {
  const isBefore = event.composedPath().some((at) => at instanceof HTMLElement && at.dataset.side === "before");
  return isBefore ? "before" : "after";
}

/** Shows that a file can be dropped, and what happened to it. */
export function Drop() {
  const isOver = useSignal(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isOver.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      // Otherwise the editor inserts the text of the file.
      event.stopPropagation();
      isOver.value = false;
      openFiles([...(event.dataTransfer?.files ?? [])], sideOf(event));
    };
    // Capture events before any element of the page, including the editor.
    const options = { capture: true };
    addEventListener("dragover", over, options);
    addEventListener("dragleave", leave, options);
    addEventListener("drop", drop, options);
    return () => {
      removeEventListener("dragover", over, options);
      removeEventListener("dragleave", leave, options);
      removeEventListener("drop", drop, options);
    };
  }, []);
  return (
    <>
      {isOver.value && (
        <div class="over" data-testid="over">
          <p>
            <b>Drop it anywhere</b>
            Config or ConfigMap, flow log (also .gz), iptables-save, nft list ruleset
          </p>
        </div>
      )}
      <Notices />
    </>
  );
}

function Notices() {
  const close = () => {
    notices.value = [];
  };
  return (
    <div class="notices" role="status" data-testid="notices">
      {notices.value.map(({ text, isProblem, actions }) => (
        <div key={text} class={isProblem ? "notice problem" : "notice"}>
          <p>{text}</p>
          {actions.map(({ label, act }) => (
            <button
              key={label}
              type="button"
              onClick={() => {
                act();
                close();
              }}
            >
              {label}
            </button>
          ))}
          <button type="button" class="close" aria-label="Close" onClick={close}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
