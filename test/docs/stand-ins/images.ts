// Programs that build images and load them into a cluster on this machine. None of them runs: a build needs base images.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Call, must, optionsOf, parseCall, type Reply, refuse } from "../call.ts";
import { IMAGE, REGISTRY, VERSION } from "../cluster.ts";
import type { World } from "./world.ts";

const BUILD = "--tag= -t= --file= -f= --build-arg= --target= --platform=";

/** The options that each command may have. */
const COMMANDS: Readonly<Record<string, string>> = {
  "docker build": BUILD,
  "docker buildx build": `${BUILD} --push --load --output= --provenance= --sbom= --build-context=`,
  "buildah build": `${BUILD} --timestamp=`,
  "minikube image build": "--tag= -t= --file= -f=",
  "minikube start": "--driver= --nodes= --cni=",
  "kind create cluster": "--config= --name= --image=",
  "kind load docker-image": "--name= --nodes=",
};

/** An image as the pages name it: without a registry for a cluster on this machine. `-windows` marks the image for Windows. */
const TAG = new RegExp(
  `^(${REGISTRY.replaceAll(".", "\\.")}/)?${IMAGE}:${(VERSION ?? "").replaceAll(".", "\\.")}(-windows)?$`,
);

export function images(program: string, call: Call, world: World): Reply {
  const line = [program, ...call.args].join(" ");
  const name =
    Object.keys(COMMANDS).find((command) => `${line} `.startsWith(`${command} `)) ??
    refuse(`unknown command ${program}`);
  const { words, options } = parseCall(call.args.slice(name.split(" ").length - 1), optionsOf(COMMANDS[name] ?? ""));
  if (/ build$/.test(name)) build(name, words, options, call, world);
  else if (name === "kind load docker-image") {
    const [image = ""] = words;
    must(world.built.has(image), `no image ${image} has been built`);
    world.loaded.add(image);
  } else must(words.length === 0, `unexpected ${words.join(" ")}`);
  return {};
}

function build(
  name: string,
  words: readonly string[],
  options: ReadonlyMap<string, readonly string[]>,
  { folder, isNamed }: Call,
  { built, loaded }: World,
): void {
  const of = (...names: readonly string[]) => names.flatMap((option) => options.get(option) ?? []);
  const file = resolve(folder, of("f", "file")[0] ?? "Dockerfile");
  must(existsSync(file), `there is no ${file}`);
  const dockerfile = readFileSync(file, "utf8");
  const [context = isNamed ? "." : refuse("a build needs a context")] = words;
  must(words.length <= 1 && existsSync(resolve(folder, context)), `there is no folder ${context}`);
  for (const pair of of("build-context")) {
    must(existsSync(resolve(folder, pair.replace(/^.*?=/, ""))), `there is no ${pair}`);
    must(new RegExp(`--from=${pair.split("=")[0]}\\b`).test(dockerfile), `the Dockerfile does not use ${pair}`);
  }
  for (const pair of of("build-arg"))
    must(new RegExp(`^ARG ${pair.split("=")[0]}\\b`, "m").test(dockerfile), `the Dockerfile has no argument ${pair}`);
  for (const target of of("target")) must(new RegExp(` AS ${target}$`, "m").test(dockerfile), `no target ${target}`);
  const isWindows = file.endsWith(".windows");
  for (const platform of of("platform").flatMap((list) => list.split(",")))
    must(platform.startsWith(isWindows ? "windows/" : "linux/"), `the Dockerfile is not for ${platform}`);
  for (const tag of of("t", "tag")) {
    must(TAG.test(tag) && tag.endsWith("-windows") === isWindows, `the manifests do not have the image ${tag}`);
    must(!of("push").length || tag.startsWith(REGISTRY), `${tag} has no registry to push to`);
    built.add(tag);
    if (name.startsWith("minikube")) loaded.add(tag);
  }
  must(isNamed || built.size > 0, "the image has no name");
}
