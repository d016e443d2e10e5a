// The image, built by buildah from the Dockerfile with stand-ins for its base images, and run as its manifests define.
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { configMap } from "../kernel/config-map.ts";
import { kernelTest, run, saved, VARIANTS, withNode } from "../kernel/harness.ts";
import { withLoop } from "../kernel/loop.ts";
import { type Builder, createBuilder, type Image, type Target } from "./build.ts";
import { CONTAINER, contain } from "./container.ts";

const TARGETS: readonly Target[] = ["node", "deno"];
const DOCKERFILE = readFileSync("Dockerfile", "utf8");

/** How docs/install.md runs a command in a pod. */
const STATUS = (/ -- (.* status)$/m.exec(readFileSync("docs/install.md", "utf8"))?.[1] ?? "").split(" ");

const imageTest = process.env.NO_IMAGE ? test.skip : kernelTest;
let builder: Builder | undefined;
const images = new Map<Target, Image>();

/** The image of a target, built on first use. */
function imageOf(target: Target): Image {
  builder ??= createBuilder();
  const image = images.get(target) ?? builder.build(target);
  images.set(target, image);
  return image;
}

test.after(() => builder?.close());

/** All files below a folder, with their sizes. */
function filesOf(root: string): Map<string, number> {
  const lines = execFileSync("find", [root, "-type", "f", "-printf", "%s /%P\n"], { encoding: "utf8" })
    .trim()
    .split("\n");
  return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), Number.parseInt(line, 10)]));
}

test("values that the Dockerfile repeats match their sources", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(new Set(DOCKERFILE.match(/^ARG VERSION=.*/gm)), new Set([`ARG VERSION=${version}`]));
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  assert.match(DOCKERFILE, `deno:distroless-${lock.packages["node_modules/deno"].version}\n`);
  // The program has a fixed path in the image.
  const allowed = (text: string) => text.replaceAll("/app/", "").match(/--(no-prompt|allow-[^\s"]+)/g);
  const page = /^deno run .*/m.exec(readFileSync("docs/deno.md", "utf8"))?.[0] ?? "";
  assert.equal(allowed(/^ENTRYPOINT .*deno.*/m.exec(DOCKERFILE)?.[0] ?? ""), allowed(page));
  assert.not.match(DOCKERFILE, /amd64|x86|arm64|aarch64/);
});

/** The expected contents of the image, by path; everything else belongs to the base image. */
const PARTS: readonly [string, RegExp][] = [
  ["the agent", /^\/app\/|^\/usr\/local\/bin\/ip-masq-agent$/],
  ["licenses and packages", /^\/etc\/os-release$|^\/usr\/share\/doc\/|^\/var\/lib\/dpkg\/status\.d\//],
  [
    "iptables, nft and conntrack",
    /^\/usr\/sbin\/|\/xtables\/|\/lib(xtables|ip[46]tc|nftnl|nftables|netfilter_conntrack|nfnetlink|mnl|edit|jansson|gmp|bsd|md|tinfo)/,
  ],
  ["the runtime", /^\/(nodejs|bin)\/|\/(ld-linux|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s|atomic))[-.]/],
];

/** A program that a shell or a person could run. */
const isProgram = (root: string, path: string) =>
  /\/s?bin\//.test(path) || (lstatSync(root + path).mode & 0o111 && !/\.so[.\d]*$/.test(path));

for (const target of TARGETS) {
  imageTest(`${target}: the runtime, the tools and at most 2 MB, without a shell or a package manager`, () => {
    const { root, config, labels } = imageOf(target);
    const files = filesOf(root);
    const sizes = new Map<string, number>();
    for (const [path, size] of files) {
      const [part] = PARTS.find(([, of]) => of.test(path)) ?? ["the base"];
      sizes.set(part, (sizes.get(part) ?? 0) + size);
    }
    console.log(`${target}: ${[...sizes].map(([part, bytes]) => `${part} ${(bytes / 1e6).toFixed(2)} MB`).join(", ")}`);
    const ours = (sizes.get("the agent") ?? 0) + (sizes.get("licenses and packages") ?? 0);
    assert.ok(ours <= 2_000_000, `${ours} bytes`);
    if (target === "node") assert.not(sizes.has("the base"), "the image is made from nothing");
    const allowed =
      /^\/(usr\/sbin\/(ip6?tables.*|xtables-(nft|legacy)-multi|nft|conntrack)|nodejs\/bin\/node|bin\/deno)$/;
    const programs = [...files.keys()].filter((path) => isProgram(root, path));
    assert.equal(programs.filter((path) => !allowed.test(path)).sort(), [
      "/app/ip-masq-agent.mjs",
      "/usr/local/bin/ip-masq-agent",
    ]);
    assert.is(config.User, "0:0");
    const label = (name: string) => labels[`org.opencontainers.image.${name}`];
    assert.equal(["licenses", "revision", "created"].map(label), ["Apache-2.0", "unknown", "1970-01-01T00:00:00Z"]);
    if (target === "node") assert.match(readFileSync(`${root}/etc/os-release`, "utf8"), /^VERSION_ID=/m);
    for (const name of [
      "iptables",
      "nftables",
      "conntrack",
      "libxtables12",
      ...(target === "node" ? ["libc6", "libgcc-s1"] : []),
    ]) {
      assert.match(readFileSync(`${root}/var/lib/dpkg/status.d/${name}`, "utf8"), /^Version: /m);
      assert.match(readFileSync(`${root}/usr/share/doc/${name}/copyright`, "utf8"), /licen[cs]e/i);
    }
  });

  imageTest(`${target}: the tools run with the libraries in the image`, () =>
    withNode(async (node, folder) => {
      const image = imageOf(target);
      const tools = readdirSync(`${image.root}/usr/sbin`).filter((name) => /^(ip6?tables|nft|conntrack)/.test(name));
      assert.is(tools.length, 20);
      for (const tool of tools) {
        const { exit, stderr } = await run([
          "nsenter",
          `--net=/run/netns/${node}`,
          ...contain(image, folder, [tool, "-V"]),
        ]);
        assert.is(exit, 0, `${tool}: ${stderr}`);
      }
    }),
  );

  for (const variant of VARIANTS) {
    imageTest(
      `${target}, ${variant}: read-only, with two capabilities, it maintains rules and follows a ConfigMap`,
      () =>
        withNode((node, folder) => {
          const image = imageOf(target);
          const command = contain(image, folder);
          const publish = configMap(`${folder}/mount`, "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\n");
          const args = [...CONTAINER.args, `--iptables-variant=${variant}`, "--enable-ipv6", "--to-ports=1024-29999"];
          return withLoop(
            node,
            args,
            async (loop) => {
              await loop.until(() => saved(node, variant, "ipv6").includes("-d fd00::/8 "), "the IPv6 rules");
              await loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready");
              assert.match(saved(node, variant), "-d 10.0.0.0/8 ");
              publish("nonMasqueradeCIDRs: [11.0.0.0/8]\n");
              await loop.until(() => saved(node, variant).includes("-d 11.0.0.0/8 "), "following the ConfigMap");
              assert.equal(await loop.get("/healthz"), { status: 200, text: "ok\n" });
              assert.match((await loop.get("/metrics")).text, new RegExp(`runtime="${target} `, "i"));
              assert.not.match(loop.log(), /^[WEF]/m);
              const status = contain(image, folder, [...STATUS, ...args.slice(1)]);
              const { stdout, stderr } = await run(["nsenter", `--net=/run/netns/${node}`, ...status]);
              assert.match(stdout, /^ipv4 .*in sync[\s\S]*^ipv6 .*in sync/m, stderr);
            },
            { command },
          );
        }),
    );
  }
}

for (const target of TARGETS) {
  imageTest(`${target}, nftables: the same image maintains a table`, () =>
    withNode((node, folder) => {
      const image = imageOf(target);
      configMap(
        `${folder}/mount`,
        "nonMasqueradeCIDRs: [10.0.0.0/8]\nenforceNonMasquerade: true\nsourceCIDRs: [10.0.0.0/8]\n",
      );
      const command = contain(image, folder);
      return withLoop(
        node,
        CONTAINER.args,
        async (loop) => {
          await loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready");
          assert.match(
            runInside(node, ["nft", "list", "table", "ip", "ip-masq-agent"]),
            /10\.0\.0\.0\/8 counter .*: return/,
          );
          assert.match((await loop.get("/metrics")).text, /^ip_masq_agent_backend_info\{backend="nftables",reason="/m);
          assert.not.match(loop.log(), /^[WEF]/m);
        },
        { command },
      );
    }),
  );
}

imageTest("the same sources produce the same image", () => {
  const { id } = imageOf("node");
  assert.is(builder?.build("node").id, id);
});

test.run();
