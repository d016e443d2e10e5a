// The agent, which runs for real, and programs that the pages call once each.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { checkFor, parseFlags } from "../../../src/cli/flags.ts";
import { RUNTIMES } from "../../kernel/harness.ts";
import { type Call, must, optionsOf, parseCall, type Reply } from "../call.ts";
import { AGENT } from "../cluster.ts";

export function agent({ args, isNamed }: Call): Reply {
  const [command = "run"] = args[0]?.startsWith("-") ? [] : args;
  must(Object.hasOwn(COMMANDS, command), `the agent has no command ${command}`);
  const { flags, words } = parseFlags(args.slice(args[0] === command ? 1 : 0));
  for (const [name, value] of flags) checkFor(command, name, value);
  must(isNamed || command !== "optimize" || words.length > 0, "optimize what?");
  return {
    run: [...RUNTIMES.node, ...args],
    isServer: command === "preview" && !flags.has("page"),
    // Warnings about the test's node are not failures.
    exits: command === "doctor" ? [2] : [],
  };
}

/** The keys are those of the kernel; a limit that it shares with the host stays. */
export function sysctl({ args }: Call): Reply {
  const { words } = parseCall(args, optionsOf("-w -n"));
  must(words.length > 0, "sysctl of what?");
  const read = words.map((word) => {
    const [key = "", value] = word.split("=");
    const file = `/proc/sys/${key.replaceAll(".", "/")}`;
    must(existsSync(file), `the kernel has no ${key}`);
    must(value === undefined || /^\d+$/.test(value), `${key} is a number`);
    return `${key} = ${value ?? readFileSync(file, "utf8").trim()}\n`;
  });
  return { stdout: read.join("") };
}

/** A file of a release, which .github/workflows/release.yml collects. */
export function gh({ args, folder }: Call): Reply {
  const { words, options } = parseCall(args, optionsOf("--repo= -R="));
  const [topic, verb, file = ""] = words;
  must(topic === "attestation" && verb === "verify", `unknown command ${topic} ${verb}`);
  must(/^[\w-]+\/[\w-]+$/.test(options.get("repo")?.[0] ?? ""), "write --repo OWNER/REPOSITORY");
  const collected = readFileSync(resolve(folder, ".github/workflows/release.yml"), "utf8").split(/[\s/]+/);
  must(collected.includes(file), `no release has ${file}`);
  return {};
}

/** A page of the agent on its node. */
export function curl({ args }: Call): Reply {
  const { words } = parseCall(args, optionsOf("-s -f"));
  const [address, page = ""] = words[0]?.split("/") ?? [];
  const bound = AGENT.spec.template.spec.containers[0].args[0].split("=")[1];
  must(address === bound, `the agent serves on ${bound}`);
  must(["healthz", "readyz", "metrics"].includes(page), `the agent has no page /${page}`);
  return {};
}

/** A module of the kernel, which this machine need not have. */
export function modprobe({ args }: Call): Reply {
  const { words } = parseCall(args, optionsOf("--all -a"));
  must(words.length === 1 || args.includes("--all"), "without --all, the later words are parameters");
  for (const word of words) must(/^(nft|iptable|ip6table|nf)_\w+$/.test(word), `${word} is not a module for NAT`);
  return {};
}
