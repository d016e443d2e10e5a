// The Dockerfile for Windows nodes, built with stand-ins for its base images and for Node. It only copies files, so it can be
// built for this machine. Layers for Windows need BuildKit, which is not available here.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { kernelTest } from "../kernel/harness.ts";

const DOCKERFILE = "deploy/image/Dockerfile.windows";
const IN_IMAGE = "%CONTAINER_SANDBOX_MOUNT_POINT%\\";

const capture = (file: string, ...args: string[]) =>
  execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** The programs of this machine that the build runs, with their libraries. */
function copyTools(root: string): void {
  const tools = ["sh", "sha256sum", "unzip"].map((tool) => capture("which", tool));
  const libraries = tools.flatMap((tool) => capture("ldd", tool).match(/\/\S+(?= \()/g) ?? []);
  const copies = [
    ...tools.map((tool) => [tool, `/bin/${basename(tool)}`] as const),
    ...libraries.map((library) => [library, library] as const),
  ];
  for (const [from, to] of copies) {
    mkdirSync(dirname(root + to), { recursive: true });
    cpSync(realpathSync(from), root + to);
  }
}

/** A zip with the layout of the Node project's zip; returns its checksum. */
function makeNode(folder: string): string {
  const name = "node-v22.0.0-win-x64";
  mkdirSync(`${folder}/${name}/node_modules/npm`, { recursive: true });
  for (const file of ["node.exe", "LICENSE", "node_modules/npm/LICENSE"]) {
    writeFileSync(`${folder}/${name}/${file}`, `Node's ${file}`);
  }
  execFileSync("zip", ["-q", "-r", `${name}.zip`, name], { cwd: folder });
  return createHash("sha256")
    .update(readFileSync(`${folder}/${name}.zip`))
    .digest("hex");
}

const imageTest = process.env.NO_IMAGE ? test.skip : kernelTest;

imageTest("it contains Node, the bundle and their licenses, and a wrong zip is refused", () => {
  const folder = mkdtempSync(`${tmpdir()}/masq-windows-`);
  const buildah = (...args: string[]) =>
    capture("buildah", `--root=${folder}/store`, `--runroot=${folder}/run`, "--storage-driver=vfs", ...args);
  const build = (...args: string[]) => buildah("build", "--isolation=chroot", "--pull-never", "--quiet", ...args);
  try {
    copyTools(`${folder}/unzip`);
    mkdirSync(`${folder}/base`);
    writeFileSync(`${folder}/base/License.txt`, "");
    writeFileSync(`${folder}/scratch`, "FROM scratch\nCOPY . /\n");
    for (const name of ["unzip", "base"]) {
      build(`--file=${folder}/scratch`, `--tag=localhost/${name}`, `${folder}/${name}`);
    }
    mkdirSync(`${folder}/node`);
    const checksum = makeNode(`${folder}/node`);
    const image = (sha256: string) => {
      const args = ["BASE_IMAGE=localhost/base", "UNZIP_IMAGE=localhost/unzip", `NODE_SHA256=${sha256}`];
      const flags = args.map((arg) => `--build-arg=${arg}`);
      return build(`--build-context=node=${folder}/node`, ...flags, `--file=${DOCKERFILE}`, ".");
    };
    assert.throws(() => image("0".repeat(64)), /1 computed checksum did NOT match/);
    const built = image(checksum);
    const { config } = JSON.parse(buildah("inspect", "--type=image", built)).OCIv1;
    assert.equal(config.Entrypoint, [`${IN_IMAGE}node.exe`, `${IN_IMAGE}ip-masq-agent.mjs`]);
    const root = buildah("mount", buildah("from", "--pull-never", built));
    const files = readdirSync(root).sort();
    assert.equal(files, [
      "LICENSE",
      "LICENSE-node.txt",
      "License.txt",
      "THIRD-PARTY.txt",
      "ip-masq-agent.mjs",
      "node.exe",
      "sbom.cdx.json",
    ]);
    assert.is(readFileSync(`${root}/node.exe`, "utf8"), "Node's node.exe");
    assert.is(readFileSync(`${root}/LICENSE-node.txt`, "utf8"), "Node's LICENSE");
    assert.equal(readFileSync(`${root}/ip-masq-agent.mjs`), readFileSync("dist/ip-masq-agent.mjs"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("its version matches the package", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.match(readFileSync(DOCKERFILE, "utf8"), `\nARG VERSION=${version}\n`);
});

test.run();
