// The help: how masquerading works, with a picture of a packet's path. It has the same text as the docs.
import { useSignal } from "@preact/signals";
import help from "help-source";
import { useEffect, useRef } from "preact/hooks";

export function Help() {
  const isOpen = useSignal(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Help
      </button>
      {isOpen.value && (
        <HelpDialog
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape
    <dialog
      class="help"
      aria-label="Help"
      ref={dialog}
      onClose={onClose}
      onClick={(event) => {
        // The backdrop is part of the dialog; its content is in an element inside.
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="page">
        <button type="button" class="close" aria-label="Close the help" onClick={() => dialog.current?.close()}>
          ×
        </button>
        {/* The build generates it from the docs. */}
        <article dangerouslySetInnerHTML={{ __html: help }} />
      </div>
    </dialog>
  );
}
