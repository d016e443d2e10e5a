// helm without a cluster: the real program packages and renders the chart, whose schema checks the values.
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { objectsOf, tool } from "../../deploy/objects.ts";
import { type Call, must, type ParsedCall, parseCall, type Reply, refuse } from "../call.ts";
import { AGENT, NAMESPACE, REGISTRY, VERSION } from "../cluster.ts";
import { helpOptions } from "./help-options.ts";
import { noteFlags, type World } from "./world.ts";

/** The value that the first installation set. */
const INSTALLED = `--set=image.repository=${REGISTRY}/ip-masq-agent`;

type Verb = (parsed: ParsedCall, call: Call, world: World) => Reply;

/** Renders a release, as an installation would, and prints its notes. */
function rendered({ words, options }: ParsedCall, call: Call, world: World, earlier: readonly string[] = []): Reply {
  const [name = "", chart = ""] = words;
  if (call.isNamed && words.length === 0) return {};
  must(name === AGENT.metadata.name && words.length === 2, `install ${words.join(" ")}?`);
  must(options.get("namespace")?.[0] === NAMESPACE, "the objects would be in another namespace");
  const source = chart.startsWith("oci://") ? world.charts.get(chart) : resolve(call.folder, chart);
  must(source !== undefined, `no chart has been pushed to ${chart}`);
  const version = options.get("version")?.[0];
  must(version === (chart.startsWith("oci://") ? VERSION : undefined), `version ${version}`);
  const values = ["set", "values", "f"].flatMap((option) =>
    (options.get(option) ?? []).map((value) => `--${option}=${value}`),
  );
  const flags = [`--namespace=${NAMESPACE}`, "--dry-run=client", ...earlier, ...values];
  const output = tool("helm", "install", name, source, ...flags);
  const [, manifest = "", notes = ""] = /^MANIFEST:\n([\s\S]*?)^NOTES:\n([\s\S]*)/m.exec(output) ?? [];
  noteFlags(objectsOf(manifest), world);
  return { stdout: notes };
}

const VERBS: Readonly<Record<string, Verb>> = {
  install: rendered,
  upgrade: (parsed, call, world) =>
    rendered(parsed, call, world, parsed.options.has("reuse-values") ? [INSTALLED] : []),
  package: ({ words: [chart = ""] }, { folder }) => ({
    stdout: tool("helm", "package", resolve(folder, chart), `--destination=${folder}`),
  }),
  push: ({ words: [file = "", registry = ""] }, { folder }, { charts }) => {
    must(existsSync(resolve(folder, file)), `there is no ${file}`);
    must(registry.startsWith(`oci://${REGISTRY}/`), `${registry} is not a registry`);
    charts.set(`${registry}/${basename(file).replace(/-[\d.]+\.tgz$/, "")}`, resolve(folder, file));
    return {};
  },
  uninstall: ({ words, options }, call, { flags }) => {
    must(call.isNamed || flags.has("cleanup-on-exit"), "the rules would stay");
    must(words.join() === AGENT.metadata.name, `uninstall ${words.join(" ")}?`);
    must(options.get("namespace")?.[0] === NAMESPACE, "the release is in another namespace");
    return {};
  },
};

export function helm(call: Call, world: World): Reply {
  const [name = "", ...args] = call.args;
  const verb = VERBS[name] ?? refuse(`unknown command ${name}`);
  return verb(parseCall(args, helpOptions("helm", name)), call, world);
}
