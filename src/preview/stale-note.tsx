// Says that a part of the page is based on the last valid config, because the editor has an invalid one.
import { evaluation, inForce } from "./store.ts";

/** `what` names the part of the page. */
export function StaleNote({ what, testid }: { readonly what: string; readonly testid: string }) {
  if (!inForce.value.stale || !inForce.value.policy) return null;
  const cause = evaluation.value.parsed.config ? "A flag is invalid." : "The config in the editor is invalid.";
  return (
    <p class="stale" role="status" data-testid={testid}>
      {cause} {what} is based on the last valid one, which a node would keep using.
    </p>
  );
}
