// A container as the manifests in deploy/ define it: a read-only image, two capabilities, no privilege escalation.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import type { Image } from "./build.ts";

/** Folders that a container runtime creates as mount points, and the lock, which is a file of the node. */
const MOUNT_POINTS = ["/proc", "/dev", "/etc/config"];
const LOCK = "/run/xtables.lock";

/** The container in the manifest. */
export const [CONTAINER] = parse(readFileSync("deploy/kustomize/base/daemonset.yaml", "utf8")).spec.template.spec
  .containers;
const { drop, add } = CONTAINER.securityContext.capabilities;

/** The command that starts the image with `args`, in the network namespace that it is run in. */
export function contain(image: Image, folder: string, args: readonly string[] = image.config.Entrypoint): string[] {
  for (const path of MOUNT_POINTS) mkdirSync(`${image.root}${path}`, { recursive: true });
  mkdirSync(`${image.root}/run`, { recursive: true });
  mkdirSync(`${folder}/mount`, { recursive: true });
  for (const file of [`${image.root}${LOCK}`, `${folder}/xtables.lock`]) writeFileSync(file, "");
  return [
    ...["bwrap", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv"],
    ...image.config.Env.flatMap((line) => ["--setenv", ...(/^([^=]+)=(.*)$/s.exec(line)?.slice(1) ?? [])]),
    ...["--ro-bind", image.root, "/", "--proc", "/proc", "--dev", "/dev"],
    ...["--ro-bind", `${folder}/mount`, "/etc/config", "--bind", `${folder}/xtables.lock`, LOCK],
    ...drop.flatMap((name: string) => ["--cap-drop", name]),
    ...add.flatMap((name: string) => ["--cap-add", `CAP_${name}`]),
    ...["--", ...args],
  ];
}
