// Whether there is room for the config next to the views.
import { signal } from "@preact/signals";

const query = matchMedia("(min-width: 56rem)");

/** The same width as in the styles: below it there is one column, and long parts are folded. */
export const isWide = signal(query.matches);

query.addEventListener("change", () => {
  isWide.value = query.matches;
});
