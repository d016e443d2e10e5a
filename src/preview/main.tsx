// The page's start: the state comes from the link, or from what the page was written with, or is the first example.
import { render } from "preact";
import { App } from "./app.tsx";
import { EXAMPLES } from "./examples.ts";
import { EMPTY_STATE, type PageState, readState, unpackState } from "./state.ts";
import { setState } from "./store.ts";

async function firstState(): Promise<PageState> {
  const shared = location.hash.length > 1 ? await unpackState(location.hash.slice(1)) : undefined;
  if (shared) return shared;
  const written = document.getElementById("state")?.textContent ?? "";
  if (written.trim()) return readState(JSON.parse(written));
  const example = EXAMPLES[1];
  return example ? { ...EMPTY_STATE, config: example.config, flags: example.flags } : EMPTY_STATE;
}

addEventListener("hashchange", async () => {
  const shared = await unpackState(location.hash.slice(1));
  if (shared) setState(shared);
});

setState(await firstState());
const root = document.getElementById("app");
if (root) render(<App />, root);
