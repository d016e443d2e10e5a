// Builds the image as docs/install.md does, with stand-ins for the base images, so that nothing is pulled. The stand-ins are made of
// this machine's installed Debian packages, Node and Deno.
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

/** Builds images in a separate store. */
export interface Builder {
  build(target: Target): Image;
  close(): void;
}

const capture = (command: readonly string[], input = ""): string => {
  const [file = "", ...args] = command;
  return execFileSync(file, args, { encoding: "utf8", input, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] });
};

export function createBuilder(): Builder {
  const folder = mkdtempSync(`${tmpdir()}/masq-image-`);
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

  makeDebian(`${folder}/node`);
  putProgram(`${folder}/node`, process.execPath, "/usr/local/bin/node");
  writeFileSync(`${folder}/node/usr/local/LICENSE`, "Node's license\n");
  const deno = capture(["node_modules/.bin/deno", "eval", "console.log(Deno.execPath())"]).trim();
  putProgram(`${folder}/deno`, deno, "/bin/deno");
  for (const name of ["node", "deno"]) {
    standIn(name, `${folder}/${name}`);
    rmSync(`${folder}/${name}`, { recursive: true });
  }

  return {
    build: (target) => {
      const base = ["NODE_IMAGE=localhost/node", "DENO_IMAGE=localhost/deno"];
      const args = [...base, "SOURCE_DATE_EPOCH=0"].flatMap((arg) => ["--build-arg", arg]);
      const id = build("--target", target, "--timestamp", "0", ...args, ".");
      const { OCIv1: image } = JSON.parse(buildah("inspect", "--type", "image", id));
      const container = buildah("from", "--pull-never", id);
      return { root: buildah("mount", container), id, config: image.config, labels: image.config.Labels };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What the first stage needs from this machine's packages: the tools, a shell and dpkg, with all their dependencies. */
function makeDebian(root: string): void {
  const wanted = [
    "iptables",
    "nftables",
    "conntrack",
    "dash",
    "bash",
    "coreutils",
    "findutils",
    "grep",
    "sed",
    "libc-bin",
    "dpkg",
    "libstdc++6",
  ];
  const others = ["recommends", "suggests", "enhances", "conflicts", "breaks", "replaces"].map(
    (kind) => `--no-${kind}`,
  );
  const depends = capture(["apt-cache", "depends", "--recurse", "--installed", ...others, ...wanted]);
  const packages = new Set(depends.match(/^[a-z0-9][^\s:]+/gm) ?? []);
  // A merged /usr, as in Debian.
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(`${root}/usr/${name}`, { recursive: true });
    symlinkSync(`usr/${name}`, `${root}/${name}`);
  }
  const owned = capture(["dpkg", "-L", ...packages]).split("\n");
  const lists = readdirSync("/var/lib/dpkg/info").filter((name) => packages.has(name.replace(/(:\w+)?\.list$/, "")));
  const files = [
    ...new Set(owned.filter((file) => /^\/(usr\/)?(s?bin|lib(64)?)\/|\/copyright$/.test(file) && existsSync(file))),
    ...lists.map((name) => `/var/lib/dpkg/info/${name}`),
    "/etc/os-release",
    "/usr/lib/os-release",
    // The format file tells dpkg that the names of the lists include architectures.
    "/var/lib/dpkg/info/format",
    "/var/lib/dpkg/status",
  ];
  capture(["tar", "-c", "--no-recursion", "-T", "-", "-f", `${root}.tar`], files.join("\n"));
  capture(["tar", "-x", "--keep-directory-symlink", "-C", root, "-f", `${root}.tar`]);
  rmSync(`${root}.tar`);
}

/** A program and its libraries, if a root file system lacks them. */
function putProgram(root: string, binary: string, path: string): void {
  const libraries = [...capture(["ldd", binary]).matchAll(/(?:=> |^\s)(\/\S+)/gm)].map((match) => match[1] ?? "");
  for (const [from, to] of [[binary, path], ...libraries.map((library) => [library, library])] as [string, string][]) {
    mkdirSync(dirname(root + to), { recursive: true });
    if (!existsSync(root + to)) cpSync(realpathSync(from), root + to);
  }
}
