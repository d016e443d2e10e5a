// What the manifests of deploy/ come to, by kustomize and by helm.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import { parseAllDocuments } from "yaml";
import { MANIFEST_TOOLS } from "../../scripts/manifests.mjs";

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: objects of all kinds; kinds.ts checks their shape
  readonly [key: string]: any;
}

/** A test that makes manifests. */
export const manifestTest = process.env.NO_MANIFESTS ? test.skip : test;

/** Runs one of the tools, which ask no cluster here; what it says if it fails is the error's message. */
export function tool(name: keyof typeof MANIFEST_TOOLS, ...args: string[]): string {
  return execFileSync(MANIFEST_TOOLS[name], args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The objects of a text, in an order of their own. */
export function objectsOf(text: string): KubeObject[] {
  const objects: KubeObject[] = parseAllDocuments(text).flatMap((document) => document.toJS() ?? []);
  return objects.sort((a, b) => `${a.kind}/${a.metadata.name}`.localeCompare(`${b.kind}/${b.metadata.name}`));
}

/** Runs `use` with a folder that is removed afterwards. */
export function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(`${tmpdir()}/masq-deploy-`);
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What `kubectl apply -k deploy/kustomize/NAME` would apply, where that folder has this `kustomization` if one is given, and a
 * file `config`.
 */
export function kustomize(name: string, kustomization?: string, config = ""): KubeObject[] {
  return withFolder((folder) => {
    cpSync("deploy/kustomize", folder, { recursive: true });
    mkdirSync(`${folder}/${name}`, { recursive: true });
    if (kustomization !== undefined) writeFileSync(`${folder}/${name}/kustomization.yaml`, kustomization);
    writeFileSync(`${folder}/${name}/config`, config);
    return objectsOf(tool("kubectl", "kustomize", `${folder}/${name}`));
  });
}

/** What `helm install` would apply with these values. */
export function chart({
  image = {},
  ...values
}: Readonly<Record<string, object | string | number | boolean>> = {}): KubeObject[] {
  return withFolder((folder) => {
    // The one value that must be set: as the kustomize base has it, unless it is given.
    const all = { ...values, image: { repository: "ip-masq-agent", ...(image as object) } };
    writeFileSync(`${folder}/values.json`, JSON.stringify(all));
    const flags = ["--namespace=kube-system", `--values=${folder}/values.json`];
    return objectsOf(tool("helm", "template", "name", "deploy/chart", ...flags));
  });
}
