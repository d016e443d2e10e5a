// Says that what is shown is of the last valid config, as the editor has an invalid one.
import { evaluation, inForce } from "./store.ts";

/** `what`: the part of the page that it is about, as a sentence names it. */
export function StaleNote({ what, testid }: { readonly what: string; readonly testid: string }) {
  if (!inForce.value.stale || !inForce.value.policy) return null;
  const cause = evaluation.value.parsed.config ? "A flag is invalid." : "The config in the editor is invalid.";
  return (
    <p class="stale" role="status" data-testid={testid}>
      {cause} {what} is based on the last valid one, which a node would keep using.
    </p>
  );
}
