// The objects that kustomize and helm produce from deploy/.
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

/** A test that renders manifests. */
export const manifestTest = process.env.NO_MANIFESTS ? test.skip : test;

/** Runs one of the tools, which contact no cluster here; if it fails, its output is the error's message. */
export function tool(name: keyof typeof MANIFEST_TOOLS, ...args: string[]): string {
  return execFileSync(MANIFEST_TOOLS[name], args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The objects in a text, in a fixed order. */
export function objectsOf(text: string): KubeObject[] {
  const objects: KubeObject[] = parseAllDocuments(text).flatMap((document) => document.toJS() ?? []);
  return objects.sort((a, b) => `${a.kind}/${a.metadata.name}`.localeCompare(`${b.kind}/${b.metadata.name}`));
}

/** Runs `use` with a temporary folder. */
export function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(`${tmpdir()}/masq-deploy-`);
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The objects that `kubectl apply -k deploy/kustomize/NAME` would apply, if that folder has this `kustomization` (optional)
 * and this file `config`.
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

/** The objects that `helm install` would apply with these values. */
export function chart({
  image = {},
  ...values
}: Readonly<Record<string, object | string | number | boolean>> = {}): KubeObject[] {
  return withFolder((folder) => {
    // The one required value: as in the kustomize base, unless it is given.
    const all = { ...values, image: { repository: "ip-masq-agent", ...(image as object) } };
    writeFileSync(`${folder}/values.json`, JSON.stringify(all));
    const flags = ["--namespace=kube-system", `--values=${folder}/values.json`];
    return objectsOf(tool("helm", "template", "name", "deploy/chart", ...flags));
  });
}
