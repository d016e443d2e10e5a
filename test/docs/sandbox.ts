// The sandbox in which the commands of a block run: a copy of the clone, a node's /etc and a home folder, in new network, mount and
// process namespaces. Programs that need a cluster or a registry are replaced by stand-ins.
import { copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, resolve } from "node:path";
import { type Result, RUNTIMES, run, withFolder } from "../kernel/harness.ts";
import { RefusedCall } from "./call.ts";
import { STAND_INS } from "./stand-ins/index.ts";
import { newWorld, type World } from "./stand-ins/world.ts";

/** New namespaces, and a limit for a block that waits for something that does not happen. */
const NAMESPACES = "timeout 60 unshare --net --mount --pid --fork --mount-proc --kill-child".split(" ");
const STAND_IN = "test/docs/stand-in.mjs";
/** The agent checks its own flags. Only a command that does not simply end with 0 needs its stand-in. */
const AGENT = `#!/bin/sh
case "$1" in
  doctor | preview) exec ${resolve(STAND_IN)} ip-masq-agent "$@" ;;
  *) exec ${RUNTIMES.node.join(" ")} "$@" ;;
esac
`;
/** The config of the node's agent. */
const CONFIG = "docs/examples/config.yaml";

interface Setting {
  readonly shell?: string;
  /** Whether an agent runs on the node. */
  readonly withAgent?: boolean;
  /** Files that the reader has written, by their path in the clone. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs a script in a sandbox of its own. */
export function runScript(script: string, setting: Setting = {}): Promise<Result> {
  const { shell = "bash", withAgent = false, files = {} } = setting;
  return withFolder(async (folder) => {
    makeFiles(folder, script);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(`${folder}/clone/${path}`), { recursive: true });
      writeFileSync(`${folder}/clone/${path}`, text);
    }
    const world = newWorld(`${folder}/log`);
    const server = await serve(`${folder}/socket`, world);
    try {
      writeFileSync(`${folder}/block`, script);
      writeFileSync(`${folder}/outside`, outside(folder, shell, withAgent));
      return await run([...NAMESPACES, "bash", "-e", `${folder}/outside`], "", {
        HOME: `${folder}/home`,
        PATH: `${folder}/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`,
        STAND_IN_SOCKET: `${folder}/socket`,
        AGENT_LOG: world.log,
      });
    } finally {
      server.close();
    }
  });
}

/** The files that the pages assume to exist. Links are faster than copies. */
function makeFiles(folder: string, script: string): void {
  for (const name of ["bin", "clone", "home/Downloads", "home/zsh", "host-etc"]) {
    mkdirSync(`${folder}/${name}`, { recursive: true });
  }
  const link = (target: string, path: string) => symlinkSync(resolve(target), `${folder}/${path}`);
  for (const name of readdirSync(".").filter((name) => name !== "deploy" && name !== ".git")) {
    link(name, `clone/${name}`);
  }
  // The only folder of the clone in which commands change files.
  if (script.includes("deploy/")) cpSync("deploy", `${folder}/clone/deploy`, { recursive: true });
  // Commands on a config run in the clone too. `config` and `base.yaml` are the reader's own files. Commands may write to a file.
  const copy = (file: string, path: string) => copyFileSync(file, `${folder}/clone/${path}`);
  for (const entry of readdirSync("docs/examples", { withFileTypes: true })) {
    if (entry.isDirectory()) link(`docs/examples/${entry.name}`, `clone/${entry.name}`);
    else copy(`docs/examples/${entry.name}`, entry.name);
  }
  copy(CONFIG, "config");
  for (const name of ["base", "site"]) copy(`docs/examples/policies/fleet/ip-masq-${name}.yaml`, `${name}.yaml`);
  for (const name of Object.keys(STAND_INS).filter((name) => name !== "ip-masq-agent")) link(STAND_IN, `bin/${name}`);
  writeFileSync(`${folder}/bin/ip-masq-agent`, AGENT, { mode: 0o755 });
  link(process.execPath, "bin/node");
}

/** Prepares the namespaces and runs the block. In /etc, the node's agent has its config, and a shell its completions. */
function outside(folder: string, shell: string, withAgent: boolean): string {
  const agent = `${RUNTIMES.node.join(" ")} --metrics-bind-address=127.0.0.1:9410 2>$AGENT_LOG &`;
  const waits = `for i in $(seq 500); do grep -q 'rules: ' $AGENT_LOG && break; sleep 0.02; done`;
  return [
    "ip link set lo up",
    // The clone's other files are links into the real one, which no command may change.
    `mount --bind "${resolve(".")}" "${resolve(".")}"`,
    `mount -o remount,bind,ro "${resolve(".")}"`,
    `mount --bind /etc ${folder}/host-etc`,
    "mount -t tmpfs tmpfs /etc",
    `ln -s ${folder}/host-etc/* /etc`,
    "rm -f /etc/config /etc/bash_completion.d",
    "mkdir /etc/config /etc/bash_completion.d",
    `cp ${resolve(CONFIG)} /etc/config/ip-masq-agent`,
    withAgent ? `${agent}\n${waits}` : ": >$AGENT_LOG",
    `cd ${folder}/clone`,
    `exec ${SHELLS[shell] ?? shell} ${folder}/block </dev/null`,
  ].join("\n");
}

/** How each shell is made to stop at the first command that fails. */
const SHELLS: Readonly<Record<string, string>> = {
  bash: "bash -eu -o pipefail -O expand_aliases",
  zsh: "zsh --no-rcs -eu",
  fish: "fish --no-config",
};

/** Serves the stand-ins. */
async function serve(socket: string, world: World) {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const data of request.setEncoding("utf8")) text += data;
    const { program, ...call } = JSON.parse(text);
    response.end(JSON.stringify(replyTo(program, call, world)));
  });
  await new Promise<void>((done) => server.listen(socket, done));
  return server;
}

function replyTo(program: string, call: { args: string[]; folder: string; input: string }, world: World) {
  try {
    return STAND_INS[program]?.({ ...call, isNamed: false }, world);
  } catch (error) {
    // The errors of the real programs, and of the agent's own parser, have the reason in their message.
    return {
      refused: error instanceof RefusedCall ? error.message : String((error as { stderr?: string }).stderr || error),
    };
  }
}
