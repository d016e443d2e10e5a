// kubectl without a cluster: each call is checked against deploy/; the real program runs what needs no cluster.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { parseFlags } from "../../../src/cli/flags.ts";
import { type KubeObject, objectsOf, tool } from "../../deploy/objects.ts";
import { type Call, must, type ParsedCall, parseCall, type Reply, refuse } from "../call.ts";
import {
  AGENT,
  CONFIG_MAP,
  CONTAINER,
  DAEMON_SETS,
  IMAGE,
  NAMESPACE,
  NODE,
  POD,
  REGISTRY,
  VERSION,
} from "../cluster.ts";
import { helpOptions } from "./help-options.ts";
import { noteFlags, type World } from "./world.ts";

interface KubectlCall extends ParsedCall {
  readonly call: Call;
  readonly world: World;
}
type Verb = (parsed: KubectlCall) => Reply;

/** The config that the cluster's ConfigMap contains. */
const CONFIG = resolve("docs/examples/config.yaml");

const last = ({ options }: ParsedCall, ...names: readonly string[]) =>
  names.flatMap((name) => options.get(name) ?? []).at(-1);

/** The DaemonSet that `daemonset/NAME` or `daemonset NAME` names. */
function daemonSetOf(words: readonly string[]): KubeObject {
  const [kind, name] = words.length === 1 ? (words[0] ?? "").split("/") : words;
  must(/^(daemonsets?|ds)$/.test(kind ?? ""), `${words.join(" ")} is not a DaemonSet`);
  return DAEMON_SETS.find(({ metadata }) => metadata.name === name) ?? refuse(`deploy/ has no DaemonSet ${name}`);
}

/** Checks that a call names a pod, or a DaemonSet, which stands for one of its pods. */
function mustBePod(words: readonly string[]): void {
  if (words.length !== 1 || words[0] !== POD) daemonSetOf(words);
}

/** `k8s-app=ip-masq-agent` selects the pods of the DaemonSet. */
function mustSelectPods(selector: string): void {
  const labels = AGENT.spec.template.metadata.labels;
  for (const term of selector.split(",")) {
    const [label = "", value] = term.split("=");
    must(labels[label] === value, `no pod has the label ${term}`);
  }
}

/** The objects that `-f` or `-k` names. */
function objectsNamed(parsed: KubectlCall): KubeObject[] {
  const { call } = parsed;
  const [file, folder] = [last(parsed, "f", "filename"), last(parsed, "k", "kustomize")];
  must(call.isNamed || (file === undefined) !== (folder === undefined), "write -f or -k");
  if (folder !== undefined) return objectsOf(tool("kubectl", "kustomize", resolve(call.folder, folder)));
  if (file === undefined) return [];
  return objectsOf(file === "-" ? call.input : readFileSync(resolve(call.folder, file), "utf8"));
}

/** Checks that the nodes can pull or already have the image of each DaemonSet, and that ConfigMaps are those that pods mount. */
function mustBeUsable(objects: readonly KubeObject[], { loaded }: World): void {
  must(objects.length > 0, "there are no objects");
  for (const { kind, metadata, spec, data } of objects) {
    if (kind === "ConfigMap") mustBeMounted(metadata.name, Object.keys(data));
    if (kind !== "DaemonSet") continue;
    daemonSetOf(["daemonset", metadata.name]);
    const { image } = spec.template.spec.containers[0];
    must(image.startsWith(`${REGISTRY}/`) || loaded.has(image), `nodes cannot get the image ${image}`);
  }
}

function mustBeMounted(name: string, keys: readonly string[]): void {
  must(name === CONFIG_MAP.name, `no pod mounts a ConfigMap ${name}`);
  for (const { key } of CONFIG_MAP.items) must(keys.includes(key), `the ConfigMap has no key ${key}`);
}

/** A ConfigMap as the real program prints it. */
const configMap = (...args: readonly string[]) =>
  tool("kubectl", "create", "configmap", CONFIG_MAP.name, ...args, `--namespace=${NAMESPACE}`, "--dry-run=client");

const VERBS: Readonly<Record<string, Verb>> = {
  apply: (parsed) => {
    if (!parsed.call.isNamed) mustBeUsable(objectsNamed(parsed), parsed.world);
    return {};
  },
  diff: (parsed) => {
    if (!parsed.call.isNamed) mustBeUsable(objectsNamed(parsed), parsed.world);
    return {};
  },
  "create configmap": (parsed) => {
    const [name = ""] = parsed.words;
    const files = parsed.options.get("from-file") ?? [];
    const pairs = files.map((file) => (file.includes("=") ? file : `${file.split("/").at(-1)}=${file}`));
    mustBeMounted(
      name,
      pairs.map((pair) => pair.split("=")[0] ?? ""),
    );
    const paths = pairs.map((pair) => pair.replace(/=(.*)/, (_, path) => `=${resolve(parsed.call.folder, path)}`));
    const output = last(parsed, "o", "output");
    must(output === undefined || last(parsed, "dry-run") === "client", "--output without --dry-run=client creates it");
    return { stdout: configMap(...paths.map((path) => `--from-file=${path}`), `--output=${output ?? "name"}`) };
  },
  create: ({ call }) => (call.isNamed ? {} : refuse("create what?")),
  debug: (parsed) => {
    const { words, rest, call } = parsed;
    must(words.length === 1 && words[0] === `node/${NODE}`, `${words} is not a node`);
    must(last(parsed, "image") === `${REGISTRY}/${IMAGE}:${VERSION}`, `${last(parsed, "image")} is not the image`);
    must(last(parsed, "profile") === "sysadmin", "only the profile sysadmin may change rules");
    must(last(parsed, "arguments-only"), "without --arguments-only, the arguments are the command");
    must(!call.args.includes("-t") && !call.args.includes("--tty"), "a terminal would change the output");
    must(rest.includes("--config=-") === (last(parsed, "i", "stdin") === "true"), "standard input is not the config");
    parsed.world.isDebugged = true;
    // The node's files are below /host.
    const env = (parsed.options.get("env") ?? []).map((pair) => pair.replace("=/host/", "=/").split("="));
    return { run: ["ip-masq-agent", ...rest], env: Object.fromEntries(env) };
  },
  delete: ({ words, call, world }) => {
    daemonSetOf(words);
    must(call.isNamed || world.flags.has("cleanup-on-exit"), "the rules would stay");
    return {};
  },
  describe: ({ words }) => {
    daemonSetOf(words);
    return {};
  },
  exec: (parsed) => {
    const { words, rest, call, world } = parsed;
    if (call.isNamed && words.length === 0) return {};
    mustBePod(words);
    must((last(parsed, "c", "container") ?? CONTAINER) === CONTAINER, "the pod has no such container");
    must(rest[0] === "ip-masq-agent", `the image has no program ${rest[0]}`);
    const { flags } = parseFlags(rest.slice(2));
    const isServer = rest[1] === "preview" && !flags.has("page");
    if (isServer) world.served.add(flags.get("port") ?? "");
    return { run: rest };
  },
  get: (parsed) => {
    const [kind, name] = parsed.words;
    if (kind === "configmap") {
      must(name === CONFIG_MAP.name, `there is no ConfigMap ${name}`);
      return { stdout: configMap(`--from-file=config=${CONFIG}`, `--output=${last(parsed, "o", "output")}`) };
    }
    must(kind === "pods" && name === undefined, `${kind} is not known here`);
    mustSelectPods(last(parsed, "l", "selector") ?? "");
    must(last(parsed, "field-selector") === `spec.nodeName=${NODE}`, "these are not the pods of one node");
    return { stdout: `NAME\n${POD}\n` };
  },
  label: ({ words, call }) => {
    const [kind, name, label = ""] = words;
    must(kind === "namespace" && name && words.length === 3, "label what?");
    const level = /^pod-security\.kubernetes\.io\/enforce=(.*)$/.exec(label)?.[1];
    must(level === "privileged" || call.isNamed, `${label} does not admit the pod`);
    return {};
  },
  logs: (parsed) => {
    const { words, options, world } = parsed;
    const selector = last(parsed, "l", "selector");
    if (selector !== undefined) mustSelectPods(selector);
    else mustBePod(words);
    must(!options.has("prefix") || selector !== undefined, "--prefix is for several pods");
    return { run: ["cat", world.log] };
  },
  patch: (parsed) => {
    const object = daemonSetOf(parsed.words);
    noteFlags(objectsOf(patched(object, parsed)), parsed.world);
    return {};
  },
  "port-forward": ({ words, world, call }) => {
    const [pod = "", port = ""] = words;
    mustBePod([pod]);
    must(call.isNamed || world.served.has(port), `nothing serves port ${port}`);
    return {};
  },
  "rollout status": ({ words }) => {
    daemonSetOf(words);
    return {};
  },
  "rollout undo": ({ words, call }) => {
    if (!call.isNamed || words.length > 0) daemonSetOf(words);
    return {};
  },
};

/** The object after `kubectl patch`, which the real program can apply to a file. */
function patched(object: KubeObject, parsed: KubectlCall): string {
  const folder = mkdtempSync(`${tmpdir()}/masq-patch-`);
  try {
    writeFileSync(`${folder}/object.yaml`, JSON.stringify(object));
    const patch = [`--type=${last(parsed, "type") ?? "strategic"}`, `--patch=${last(parsed, "p", "patch")}`];
    return tool("kubectl", "patch", "--local", `--filename=${folder}/object.yaml`, ...patch, "--output=yaml");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Verbs that act on objects in the namespaces of the manifests, or on no namespaced object. */
const ANY_NAMESPACE = new Set(["apply", "create", "debug", "diff", "label"]);

export function kubectl(call: Call, world: World): Reply {
  const [first = "", second = ""] = call.args;
  const name = [`${first} ${second}`, first].find((verb) => Object.hasOwn(VERBS, verb));
  const verb = VERBS[name ?? ""];
  if (name === undefined || !verb) return refuse(`unknown command ${first} ${second}`);
  const parsed = parseCall(call.args.slice(name.split(" ").length), helpOptions("kubectl", name));
  const namespace = last(parsed, "n", "namespace");
  const needsNamespace = !ANY_NAMESPACE.has(name) && !call.isNamed;
  // `kubectl debug` creates its pod in the default namespace.
  const needsNone = !needsNamespace || (name === "logs" && world.isDebugged);
  must(namespace === NAMESPACE || (namespace === undefined && needsNone), `there is nothing in namespace ${namespace}`);
  return verb({ ...parsed, call, world });
}
