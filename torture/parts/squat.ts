// Another process holds the sockets that the agents use as locks: no agent waits longer than documented, and the wait is reported.
import { spawn } from "node:child_process";
import { addNamespace, inside, removeNamespace } from "../../demo/network.mjs";
import { agent, choice, configFlag, withFolder } from "../../test/kernel/harness.ts";
import { serviceCommand } from "../../test/kernel/loop.ts";
import { CONFIGS, look, PLACE_NAMES, startAgent, until, wholeLooks } from "../node.ts";
import type { Part } from "../part.ts";

/** The socket names that are held, for each backend in both families. */
const NAMES = [
  ...["nft", "legacy"].flatMap((variant) =>
    ["ipv4", "ipv6"].map((family) => `turn/${variant}/${family}/IP-MASQ-AGENT`),
  ),
  ...["ipv4", "ipv6"].map((family) => `turn/nftables/${family}/ip-masq-agent`),
  "chain/IP-MASQ-AGENT",
];

/** Holds names: without listening, without ever accepting, or releasing and taking them repeatedly. */
const MANNERS: Readonly<Record<string, string>> = {
  listens: "for (const name of names) net.createServer().listen(name);",
  "accepts nothing":
    "for (const name of names) { const s = net.createServer({ pauseOnConnect: true }); s.maxConnections = 0; s.listen(name); }",
  "releases and takes again":
    'for (const name of names) { let s; const take = () => { s = net.createServer().on("error", () => setTimeout(take, 5)).listen(name, () => setTimeout(() => s.close(() => setTimeout(take, 5)), 50)); }; take(); }',
  answers:
    'for (const name of names) net.createServer((c) => { c.on("error", () => {}); c.end("x".repeat(1 << 16)); }).listen(name);',
};

/** The maximum duration of an apply in milliseconds: a wait of 5 s for the lock, and its work on a busy machine. */
const MOST_WAIT = 12_000;

export const squat: Part = {
  name: "squat",
  about: "other processes hold our abstract sockets: apply and run still do their work soon, and report it",
  share: 0.5,
  open: async () => ({
    attempt: ({ random, count, took }) =>
      withFolder(async (folder) => {
        const node = addNamespace("squat");
        const [manner, code] = random.pick(Object.entries(MANNERS));
        const place = random.pick(PLACE_NAMES);
        const flag = configFlag(folder, CONFIGS.a);
        const whole = await wholeLooks(node, place, [flag]);
        // Padded as the agent pads them: Node 20 pads every name, and later versions do not.
        const names = JSON.stringify(NAMES);
        const script = `const net = require("net"); const names = ${names}.map((n) => ("\\0ip-masq-agent/" + n).padEnd(108, "\\0")); ${code} setTimeout(() => console.log(), 100);`;
        const [file, args] = inside(node, [process.execPath, "-e", script]);
        const squatter = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"] });
        try {
          await new Promise((done) => squatter.stdout.once("data", done));
          const told = `${place}, a stranger ${manner}`;
          if (random.chance(0.6)) {
            await agent(node, ["cleanup", ...choice(place)]);
            const begin = performance.now();
            const { exit, stderr } = await agent(node, ["apply", ...choice(place), flag]);
            const wait = performance.now() - begin;
            took("apply", wait);
            if (exit !== 0) throw new Error(`${told}: exit ${exit}:\n${stderr}`);
            if (wait > MOST_WAIT) throw new Error(`${told}: it took ${Math.round(wait)} ms`);
            if (manner !== "releases and takes again" && !/another process holds the write lock/.test(stderr)) {
              throw new Error(`${told}: the held socket was not reported:\n${stderr}`);
            }
            count("applies");
          } else {
            const runtime = random.pick(["node", "deno"] as const);
            const service = [...choice(place), flag];
            const { child, ended, log } = startAgent(node, service, {}, serviceCommand(runtime, service));
            try {
              const begin = performance.now();
              await agent(node, ["cleanup", ...choice(place)]);
              await until(
                async () => whole.has(await look(node, place)) && (await look(node, place)) !== "",
                () => `${told}: no rules:\n${log()}`,
              );
              took("run until its rules are in force", performance.now() - begin);
              child.kill("SIGTERM");
              const { exit, stderr } = await ended;
              if (exit !== 0) throw new Error(`${told}: run ended with ${exit}:\n${stderr}`);
              count("runs");
            } finally {
              child.kill("SIGKILL");
              await ended;
            }
          }
          const seen = await look(node, place);
          if (seen === "" || !whole.has(seen)) throw new Error(`${told}: the rules are not complete:\n${seen}`);
        } finally {
          squatter.kill("SIGKILL");
          removeNamespace(node);
        }
      }),
    close: async () => {},
  }),
};
