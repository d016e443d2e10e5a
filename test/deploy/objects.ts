// What the manifests of deploy/ come to, by kustomize and by the chart.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Ajv } from "ajv";
import { parse, parseAllDocuments } from "yaml";
import { render } from "./template.ts";

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: objects of all kinds; kinds.ts checks their shape
  readonly [key: string]: any;
}

const NAMESPACE = "kube-system";

/** The objects of a text, in an order of their own. */
function objectsOf(text: string): KubeObject[] {
  const objects: KubeObject[] = parseAllDocuments(text).flatMap((document) => document.toJS() ?? []);
  return objects.sort((a, b) => `${a.kind}/${a.metadata.name}`.localeCompare(`${b.kind}/${b.metadata.name}`));
}

/** Runs kubectl, which asks no cluster here. */
export function kubectl(...args: string[]): string {
  return execFileSync("kubectl", args, { encoding: "utf8" });
}

/** What `kubectl apply -k deploy/kustomize/NAME` would apply, where that folder holds more `files`, by name. */
export function kustomize(name: string, files: Readonly<Record<string, string>> = {}): KubeObject[] {
  const folder = mkdtempSync(`${tmpdir()}/masq-kustomize-`);
  try {
    cpSync("deploy/kustomize", folder, { recursive: true });
    mkdirSync(`${folder}/${name}`, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${name}/${file}`, text);
    if (isOld()) for (const one of readdirSync(folder)) spellOld(`${folder}/${one}/kustomization.yaml`);
    return objectsOf(kubectl("kustomize", `${folder}/${name}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** kubectl before 1.21, such as Debian 12's, has a kustomize that spells two fields otherwise. */
const isOld = () =>
  Number(JSON.parse(kubectl("version", "--client", "--output=json")).clientVersion.minor.replace(/\D/g, "")) < 21;

function spellOld(file: string): void {
  const bases = (text: string) => text.replace("resources:\n  - ../base\n", "bases:\n  - ../base\nresources:\n");
  const patches = (text: string) => text.replace(/^patches:\n {2}- path: /m, "patchesStrategicMerge:\n  - ");
  writeFileSync(file, patches(bases(readFileSync(file, "utf8"))));
}

const chartFile = (path: string) => readFileSync(`deploy/chart/${path}`, "utf8");

/** Why helm would refuse these values, by values.schema.json. */
export function whyNoValues(values: object): string | undefined {
  const ajv = new Ajv({ allErrors: true });
  return ajv.validate(JSON.parse(chartFile("values.schema.json")), values) ? undefined : ajv.errorsText();
}

/** What `helm install` would apply with `given` over values.yaml. */
export function chart(given: Record<string, unknown> = {}): KubeObject[] {
  const values = merge(parse(chartFile("values.yaml")), given);
  const refused = whyNoValues(values as object);
  if (refused) throw new Error(refused);
  const { appVersion } = parse(chartFile("Chart.yaml"));
  const root = { Values: values, Release: { Namespace: NAMESPACE }, Chart: { AppVersion: appVersion } };
  const texts = readdirSync("deploy/chart/templates").map((name) =>
    render(chartFile(`templates/${name}`), root, chartFile),
  );
  const objects = objectsOf(texts.join("\n---\n"));
  // helm creates in the release's namespace what names none.
  for (const { metadata } of objects) metadata.namespace ??= NAMESPACE;
  return objects;
}

/** Mappings are merged, all else is replaced, as helm does. */
function merge(value: unknown, over: unknown): unknown {
  const isMap = (one: unknown): one is Record<string, unknown> =>
    typeof one === "object" && one !== null && !Array.isArray(one);
  if (!isMap(value) || !isMap(over)) return over;
  const keys = [...new Set([...Object.keys(value), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, key in over ? merge(value[key], over[key]) : value[key]]));
}
