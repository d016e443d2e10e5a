// The programs that a stand-in replaces, because they need a cluster, a registry or another machine, or because the real call is
// checked first.
import type { Call, Reply } from "../call.ts";
import { helm } from "./helm.ts";
import { images } from "./images.ts";
import { kubectl } from "./kubectl.ts";
import { npm } from "./npm.ts";
import { agent, curl, gh, modprobe, sysctl } from "./others.ts";
import type { World } from "./world.ts";

/** Each checks a call and throws a {@link RefusedCall}, or returns its result. */
export const STAND_INS: Readonly<Record<string, (call: Call, world: World) => Reply>> = {
  buildah: (call, world) => images("buildah", call, world),
  curl,
  docker: (call, world) => images("docker", call, world),
  gh,
  helm,
  "ip-masq-agent": agent,
  kind: (call, world) => images("kind", call, world),
  kubectl,
  minikube: (call, world) => images("minikube", call, world),
  modprobe,
  npm,
  sysctl,
};
