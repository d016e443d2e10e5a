// Builds the image as docs/install.md does, on stand-ins for the base images: nothing is pulled. The stand-ins are made of
// what this machine has installed: its Debian packages for the tools stage, its Node and Deno for the runtimes.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";

export type Target = "node" | "deno";

/** An image that was built, and its file system as a folder. */
export interface Image {
  readonly root: string;
  readonly id: string;
  readonly config: { readonly Entrypoint: string[]; readonly Env: string[]; readonly User: string };
  readonly labels: Readonly<Record<string, string>>;
}

/** Builds images in a store of its own. */
export interface Builder {
  build(target: Target): Image;
  /** The stand-in for the runtime's base image, as a folder. */
  base(target: Target): string;
  close(): void;
}

const capture = (command: readonly string[], input = ""): string => {
  const [file = "", ...args] = command;
  return execFileSync(file, args, { encoding: "utf8", input, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] });
};

export function createBuilder(): Builder {
  const folder = mkdtempSync(`${tmpdir()}/masq-image-`);
  const bases: Record<Target, string> = { node: `${folder}/base-node`, deno: `${folder}/base-deno` };
  const buildah = (command: string, ...args: string[]) =>
    capture([
      "buildah",
      ...["--root", `${folder}/store`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"],
      command,
      ...args,
    ]).trim();
  /** `isolation`: neither a container runtime nor user namespaces are needed. */
  const build = (...args: string[]) => buildah("build", "--isolation", "chroot", "--quiet", ...args);
  const standIn = (name: string, root: string) => {
    writeFileSync(`${folder}/Dockerfile`, "FROM scratch\nCOPY . /\n");
    build("--file", `${folder}/Dockerfile`, "--tag", `localhost/${name}`, root);
  };

  makeDebian(`${folder}/debian`);
  standIn("tools", `${folder}/debian`);
  rmSync(`${folder}/debian`, { recursive: true });
  makeRuntime(bases.node, process.execPath, "/nodejs/bin/node");
  makeRuntime(
    bases.deno,
    capture(["node_modules/.bin/deno", "eval", "console.log(Deno.execPath())"]).trim(),
    "/bin/deno",
  );
  for (const target of ["node", "deno"] as const) standIn(target, bases[target]);

  return {
    build: (target) => {
      const base = [`TOOLS_IMAGE=localhost/tools`, `${target.toUpperCase()}_IMAGE=localhost/${target}`];
      const args = [...base, "SOURCE_DATE_EPOCH=0"].flatMap((arg) => ["--build-arg", arg]);
      const id = build("--target", target, "--timestamp", "0", ...args, ".");
      const { OCIv1: image } = JSON.parse(buildah("inspect", "--type", "image", id));
      const container = buildah("from", "--pull-never", id);
      return { root: buildah("mount", container), id, config: image.config, labels: image.config.Labels };
    },
    base: (target) => bases[target],
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What the tools stage runs, of the packages that are installed here: the tools, a shell and dpkg, with all they depend on. */
function makeDebian(root: string): void {
  const wanted = ["iptables", "nftables", "dash", "bash", "coreutils", "findutils", "grep", "sed", "libc-bin", "dpkg"];
  const others = ["recommends", "suggests", "enhances", "conflicts", "breaks", "replaces"].map(
    (kind) => `--no-${kind}`,
  );
  const depends = capture(["apt-cache", "depends", "--recurse", "--installed", ...others, ...wanted]);
  const packages = new Set(depends.match(/^[a-z0-9][^\s:]+/gm) ?? []);
  // A merged /usr, as Debian has it.
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(`${root}/usr/${name}`, { recursive: true });
    symlinkSync(`usr/${name}`, `${root}/${name}`);
  }
  const owned = capture(["dpkg", "-L", ...packages]).split("\n");
  const lists = readdirSync("/var/lib/dpkg/info").filter((name) => packages.has(name.replace(/(:\w+)?\.list$/, "")));
  const files = [
    ...new Set(owned.filter((file) => /^\/(usr\/)?(s?bin|lib(64)?)\/|\/copyright$/.test(file) && existsSync(file))),
    ...lists.map((name) => `/var/lib/dpkg/info/${name}`),
    "/var/lib/dpkg/status",
  ];
  capture(["tar", "-c", "--no-recursion", "-T", "-", "-f", `${root}.tar`], files.join("\n"));
  capture(["tar", "-x", "--keep-directory-symlink", "-C", root, "-f", `${root}.tar`]);
  rmSync(`${root}.tar`);
}

/** A runtime with its libraries, as distroless images hold it: nothing to start but itself. */
function makeRuntime(root: string, binary: string, path: string): void {
  const libraries = [...capture(["ldd", binary]).matchAll(/(?:=> |^\s)(\/\S+)/gm)].map((match) => match[1] ?? "");
  for (const [from, to] of [[binary, path], ...libraries.map((library) => [library, library])] as [string, string][]) {
    mkdirSync(dirname(root + to), { recursive: true });
    cpSync(realpathSync(from), root + to);
  }
}
