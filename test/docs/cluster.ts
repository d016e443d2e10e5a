// What commands for a cluster may refer to: the objects of deploy/, and the nodes and pods that the pages' placeholders stand for.
import { readFileSync } from "node:fs";
import { type KubeObject, objectsOf } from "../deploy/objects.ts";

export const NAMESPACE = "kube-system";
export const POD = "ip-masq-agent-x7k2p";
export const NODE = "node-1";

const read = (path: string): readonly KubeObject[] => objectsOf(readFileSync(path, "utf8"));

/** The objects that the pages apply. */
export const OBJECTS: readonly KubeObject[] = [
  ...read("deploy/ip-masq-agent.yaml"),
  ...read("deploy/kustomize/windows/daemonset.yaml"),
];

export const DAEMON_SETS = OBJECTS.filter(({ kind }) => kind === "DaemonSet");
const [agent] = DAEMON_SETS;
if (!agent) throw new Error("deploy/ip-masq-agent.yaml has no DaemonSet");
export const AGENT: KubeObject = agent;

/** The ConfigMap that the pods mount, and the key that becomes the agent's config. */
export const CONFIG_MAP: { readonly name: string; readonly items: readonly { key: string; path: string }[] } =
  AGENT.spec.template.spec.volumes.find((volume: KubeObject) => volume.configMap).configMap;

const [{ image, name: container }] = AGENT.spec.template.spec.containers;
/** The image's name without the version, and the version. */
export const [IMAGE, VERSION]: readonly string[] = image.split(":");
export const CONTAINER: string = container;

/** The placeholder for the reader's registry. */
export const REGISTRY = "images.example.com";
