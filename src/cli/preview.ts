// ip-masq-agent preview [FILE]: serves or writes the page that shows what a config does, with the node's config and rules.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import { ConfigFileError, type LoadedConfig, parseSources } from "../agent/index.ts";
import { AUTO, DEFAULT_BACKEND, FAMILY_NAMES } from "../backends/index.ts";
import { runTool, serve } from "../host/index.ts";
import { compilePolicy, type FamilyPolicy } from "../policy/index.ts";
import { nameOfPaths, readConfigSources } from "./config-sources.ts";
import { forEachFamily } from "./families.ts";
import type { Io } from "./io.ts";
import { PageError, unservable, unwritable } from "./page-error.ts";
import { openBackend } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** The page's file, which the build puts beside the bundle. */
const PAGE = "preview.html";

/** The element that the page reads its initial state from. */
const STATE_ELEMENT = '<script type="application/json" id="state">';

/** Requests for other names are refused, so that no other site can read the node's rules (DNS rebinding). */
const OWN_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Writes the page if --page names a file; otherwise serves it on this machine until a signal arrives. */
export async function preview(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const state = await stateOf(settings, io);
  // The state must not contain the end tag of its element.
  const json = JSON.stringify(state).replaceAll("<", "\\u003c");
  const html = readPage().replace(STATE_ELEMENT, () => STATE_ELEMENT + json);
  if (settings.page === "-") {
    io.print(html.trimEnd());
    return 0;
  }
  if (settings.page !== "") {
    try {
      writeFileSync(settings.page, html);
    } catch (error) {
      throw unwritable(settings.page, error);
    }
    io.print(`written: ${settings.page}; open it in a browser`);
    return 0;
  }
  const signal = new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, resolve);
  });
  const pages = { "/": () => ({ status: 200, text: html, type: "text/html; charset=utf-8" }) };
  const { port, close } = await serve({ host: "127.0.0.1", port: settings.port }, pages, OWN_HOST).catch(
    (error: Error) => {
      throw unservable(settings.port, error);
    },
  );
  io.print(`http://127.0.0.1:${port}/`);
  io.warn("serving until Ctrl-C; only this machine can open it");
  await signal;
  close();
  return 0;
}

/** The initial state of the page, read by src/preview/state.ts. The config may be invalid: the page shows its diagnostics. */
async function stateOf(settings: Settings, io: Io): Promise<object> {
  const { policy, paths, configGiven } = settings;
  const name = nameOfPaths(paths);
  const loaded = parseSources(readConfigSources(paths), settings.config);
  const { config, sources } = loaded;
  if (sources.length === 0) {
    if (configGiven) throw new ConfigFileError(`config ${name} not found; without a name the defaults apply`);
    io.warn(`no config file at ${name}, the defaults apply`);
  }
  const isRoot = process.getuid?.() === 0;
  const { backend, rules } = config && isRoot ? await observe(compilePolicy(config, policy), settings, io) : NOTHING;
  const { backend: choice } = settings;
  return {
    ...filesOf(loaded),
    flags: {
      backend: backend ?? (choice === AUTO ? DEFAULT_BACKEND : choice).name,
      table: settings.backendFlag("nft-table"),
      chain: policy.chain,
      ipv6: policy.ipv6,
      reservedRanges: settings.config.reservedRanges,
      randomFully: policy.randomFully,
      ports: policy.ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(","),
    },
    observed: rules,
  };
}

/** The files by base name if these are unique. Without files, the page uses its own name for the config. */
function filesOf({ sources }: LoadedConfig): object {
  const short = sources.map(({ file }) => basename(file));
  const names = new Set(short).size === short.length ? short : sources.map(({ file }) => file);
  const decoder = new TextDecoder();
  const files = sources.map(({ bytes }, i) => ({ file: names[i], text: decoder.decode(bytes) }));
  return files.length > 0 ? { files } : {};
}

/** The name that the backend and the page use. */
const NFTABLES = "nftables";

/** The rules of the node in the form that the page takes, and the backend that they were read with. */
interface Observed {
  readonly backend: string | undefined;
  readonly rules: Readonly<Record<string, string>>;
}

const NOTHING: Observed = { backend: undefined, rules: {} };

/** The longest listing, in characters, that the page gets whole, with other programs' rules; of a longer one it gets ours. */
const MAX_CHARACTERS = 1 << 20;

/** The output of a tool, with the rules of all programs; `ours` if the tool fails or prints too much. */
async function listAll(name: string, args: readonly string[], ours: string): Promise<string> {
  try {
    const { exit, stdout } = await runTool(name, args, { large: true });
    return exit === 0 && stdout.length > 0 && stdout.length <= MAX_CHARACTERS ? new TextDecoder().decode(stdout) : ours;
  } catch {
    return ours;
  }
}

/** Reads the rules of the node as far as possible: iptables by family, nftables as one listing. */
async function observe(policy: readonly FamilyPolicy[], settings: Settings, io: Io): Promise<Observed> {
  const outcomes = await forEachFamily(policy, async (part) => {
    const { backend } = await openBackend(settings, policy, io.warn);
    const { exists, text } = await backend.inspect(part);
    return { name: backend.name, text: exists || text !== "" ? text : `# ${backend.place(part)} does not exist\n` };
  });
  for (const { family, error } of outcomes) {
    if (error !== undefined) io.warn(`the page does not include the node's ${FAMILY_NAMES[family]} rules: ${error}`);
  }
  const read = outcomes.flatMap((one) => (one.error === undefined ? [{ family: one.family, ...one.value }] : []));
  if (read.some(({ name }) => name === NFTABLES)) {
    const ours = read.map(({ text }) => text).join("");
    return { backend: NFTABLES, rules: { [NFTABLES]: await listAll("nft", ["list", "ruleset"], ours) } };
  }
  const tables = read.map(async ({ family, name, text }) => {
    const tool = `${family === "ipv4" ? "iptables" : "ip6tables"}-${name.replace("iptables-", "")}-save`;
    return [family, await listAll(tool, ["-t", "nat"], text)] as const;
  });
  return {
    backend: read.length > 0 ? DEFAULT_BACKEND.name : undefined,
    rules: Object.fromEntries(await Promise.all(tables)),
  };
}

function readPage(): string {
  const page = new URL(PAGE, import.meta.url);
  try {
    return readFileSync(page, "utf8");
  } catch {
    throw new PageError(`${page.pathname} not found: it must be next to the program`);
  }
}
