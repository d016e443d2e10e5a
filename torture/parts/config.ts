// A config file that turns into every kind of file, a hundred times a second: the agent ends up with the last one.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { addNamespace, removeNamespace } from "../../demo/network.mjs";
import { withFolder } from "../../test/kernel/harness.ts";
import { serviceCommand } from "../../test/kernel/loop.ts";
import { anonymousBytes } from "../../test/kernel/memory.ts";
import { CONFIGS, look, sleep, startAgent, until } from "../node.ts";
import type { Part } from "../part.ts";

type Write = (path: string) => void;

const text =
  (content: string | Uint8Array): Write =>
  (path) =>
    writeFileSync(path, content);
const utf16 = (content: string) => Buffer.from(`\ufeff${content}`, "utf16le");

/** A config that doubles with each line when its aliases are expanded. */
const BOMB = Array.from({ length: 40 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}, *a${i - 1}`}]`).join(
  "\n",
);

/** What the file turns into. The previous file is removed first. */
const SHAPES: Readonly<Record<string, Write>> = {
  "a config": text(CONFIGS.a),
  "another config": text(CONFIGS.b),
  "an empty file": text(""),
  "no config": text("nonMasqueradeCIDRs: [10.0.0.0/33]\n"),
  "half a config": text(CONFIGS.a.slice(0, 30)),
  JSON: text('{"nonMasqueradeCIDRs": ["10.0.0.0/8"]}'),
  NUL: text("nonMasqueradeCIDRs: [10.0.0.0/8\0]\n"),
  "UTF-16": text(utf16(CONFIGS.a)),
  "a byte order mark": text(`\ufeff${CONFIGS.a}`),
  "bytes that are not UTF-8": text(Buffer.from([0x61, 0x3a, 0xff, 0xfe, 0x0a])),
  "an alias bomb": text(BOMB),
  "1 MiB of brackets": text("[]".repeat(1 << 19)),
  "2 MiB": text(`# ${"x".repeat(2 << 20)}\n`),
  "no file": () => {},
  "a folder": (path) => mkdirSync(path),
  "a FIFO": (path) => void execFileSync("mkfifo", [path]),
  "a loop of links": (path) => symlinkSync(path.replace(/.*\//, ""), path),
  "a link to nothing": (path) => symlinkSync("nowhere", path),
  "a link to /dev/zero": (path) => symlinkSync("/dev/zero", path),
  "a link to /proc/kmsg": (path) => symlinkSync("/proc/kmsg", path),
};

/** The maximum anonymous memory of the agent during the changes, in bytes. */
const MOST_MEMORY = 320e6;

export const config: Part = {
  name: "config",
  about:
    "the config becomes a FIFO, a folder, a loop of links, UTF-16, a bomb …, 100 times a second: the last one wins",
  share: 1,
  open: async () => ({
    attempt: ({ random, count, took, timeLeft }) =>
      withFolder(async (folder) => {
        const node = addNamespace("config");
        const path = `${folder}/config`;
        writeFileSync(path, CONFIGS.a);
        const runtime = random.pick(["node", "deno"] as const);
        const args = [`--config=${path}`, "--iptables-variant=nft"];
        const { child, ended, log } = startAgent(node, args, {}, serviceCommand(runtime, args));
        let isOver: { exit: number | null; stderr: string } | undefined;
        void ended.then((end) => {
          isOver = end;
        });
        const alive = () => {
          if (isOver) throw new Error(`the agent ended with ${isOver.exit}:\n${isOver.stderr}`);
        };
        try {
          await until(async () => (await look(node, "nft")) !== "", "the first rules");
          const end = performance.now() + Math.min(8_000, Math.max(1_500, timeLeft()));
          let most = 0;
          while (performance.now() < end) {
            const [name, write] = random.pick(Object.entries(SHAPES));
            if (random.chance(0.5)) {
              rmSync(path, { recursive: true, force: true });
              write(path);
            } else {
              // Atomically, as a ConfigMap changes.
              rmSync(`${path}.new`, { recursive: true, force: true });
              write(`${path}.new`);
              if (name !== "no file" && name !== "a folder") {
                rmSync(path, { recursive: true, force: true });
                renameSync(`${path}.new`, path);
              }
            }
            count("changes");
            most = Math.max(most, anonymousBytes(child.pid ?? 0));
            alive();
            await sleep(10);
          }
          if (most > MOST_MEMORY) throw new Error(`${runtime}: it took ${Math.round(most / 1e6)} MB`);
          const last = `172.${16 + random.below(16)}.0.0/16`;
          for (const one of [path, `${path}.new`]) rmSync(one, { recursive: true, force: true });
          writeFileSync(`${path}.new`, `nonMasqueradeCIDRs: [${last}]\nresyncInterval: 1h\n`);
          renameSync(`${path}.new`, path);
          const begin = performance.now();
          await until(
            async () => {
              alive();
              const seen = await look(node, "nft");
              return seen.includes(`-d ${last} `) && (seen.match(/ -d /g)?.length ?? 0) === 2;
            },
            () => `${runtime}: the last config, ${last}, is not in force; the end of the log:\n${log().slice(-2_000)}`,
          );
          took("until the last config is in force", performance.now() - begin);
          child.kill("SIGTERM");
          const { exit, stderr } = await ended;
          if (exit !== 0) throw new Error(`${runtime}: the agent ended with ${exit}:\n${stderr}`);
        } finally {
          child.kill("SIGKILL");
          await ended;
          removeNamespace(node);
        }
      }),
    close: async () => {},
  }),
};
