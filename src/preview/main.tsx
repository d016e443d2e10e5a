// Starts the page with the state from the link, from `preview --page`, or with the first example.
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { notices } from "./open-files.ts";
import { FIRST_PRESET } from "./presets.ts";
import { EMPTY_STATE, type PageState, packState, readState, unpackState } from "./state.ts";
import { setState, state } from "./store.ts";

/** Returns the state in the page's address; undefined if there is none. Reports a fragment that cannot be read. */
async function sharedState(instead: string): Promise<PageState | undefined> {
  if (location.hash.length < 2) return undefined;
  const shared = await unpackState(location.hash.slice(1));
  if (!shared) {
    const text = `This link is damaged or incomplete; nothing could be read from it. ${instead} Ask for the link again.`;
    notices.value = [{ text, isProblem: true, actions: [] }];
  }
  return shared;
}

async function firstState(): Promise<PageState> {
  const shared = await sharedState("The page shows its default content.");
  if (shared) return shared;
  const written = document.getElementById("state")?.textContent ?? "";
  if (written.trim()) return readState(JSON.parse(written));
  if (!FIRST_PRESET) return EMPTY_STATE;
  const { files, flags, question } = FIRST_PRESET;
  return { ...EMPTY_STATE, files, flags, question };
}

addEventListener("hashchange", async () => {
  const shared = await sharedState("The page is unchanged.");
  if (shared) setState(shared);
});

setState(await firstState());

/** The address follows the state, so that a reload restores it, unless it would be very long. */
const FOLLOW_MS = 400;
const LONGEST_FRAGMENT = 100_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let isFirst = true;
effect(() => {
  const now = state.value;
  clearTimeout(timer);
  if (!isFirst) {
    timer = setTimeout(async () => {
      const fragment = await packState(now);
      if (fragment.length <= LONGEST_FRAGMENT) history.replaceState(null, "", `#${fragment}`);
    }, FOLLOW_MS);
  }
  isFirst = false;
});

const root = document.getElementById("app");
if (root) render(<App />, root);
