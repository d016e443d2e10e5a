// Is there room for the config beside the views?
import { signal } from "@preact/signals";

const query = matchMedia("(min-width: 56rem)");

/** As the styles have it: below this width everything is one column, and what is long is folded. */
export const isWide = signal(query.matches);

query.addEventListener("change", () => {
  isWide.value = query.matches;
});
