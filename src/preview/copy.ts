// The clipboard, which a page has only where its origin is trusted: not on plain http.

/** Copies a text; answers whether that was possible. */
export function copy(text: string): Promise<boolean> {
  const clipboard: Clipboard | undefined = navigator.clipboard;
  return clipboard
    ? clipboard.writeText(text).then(
        () => true,
        () => false,
      )
    : Promise.resolve(false);
}
