// A button that turns on --enable-ipv6.
// This module is browser-compatible.
import { flags } from "./store.ts";

export function EnableIpv6() {
  return (
    <button
      type="button"
      class="link"
      onClick={() => {
        flags.value = { ...flags.value, ipv6: true };
      }}
    >
      Turn it on
    </button>
  );
}
