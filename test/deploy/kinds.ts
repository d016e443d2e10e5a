// Does the API server accept these objects? The API's JSON schemas check the values. The type checker finds misspelt and unknown
// fields with the API's types, because schemas ignore those, as an API server may.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { MANIFESTS } from "../../scripts/manifests.mjs";
import type { KubeObject } from "./objects.ts";

/** The module with the schema and the type of each kind. */
const KINDS: Readonly<Record<string, string>> = {
  "apps/v1 DaemonSet": "kubernetes-models/apps/v1",
  "v1 ConfigMap": "kubernetes-models/v1",
  "monitoring.coreos.com/v1 PodMonitor": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  "monitoring.coreos.com/v1 PrometheusRule": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
};

const MODULES = `${MANIFESTS}/node_modules`;
/** Test files run in parallel, each in its own process. */
const FOLDER = `build/deploy-${process.pid}`;

/** The errors in the objects, from the schemas and the type checker; empty if there are none. */
export async function whatIsWrong(objects: readonly KubeObject[]): Promise<string> {
  const wrong: string[] = [];
  const lines: string[] = [];
  for (const object of objects) {
    const kind = `${object.apiVersion} ${object.kind}`;
    const path = KINDS[kind];
    if (!path) return `the kind ${kind} is unknown`;
    const { [object.kind]: Kind } = await import(pathToFileURL(resolve(`${MODULES}/${path}/index.js`)).href);
    try {
      new Kind(object).validate();
    } catch (error) {
      wrong.push(`${object.kind}: ${(error as Error).message}`);
    }
    lines.push(`(${JSON.stringify(object, null, 1)}) satisfies import("../../${MODULES}/${path}").I${object.kind};`);
  }
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/objects.ts`, `${lines.join("\n")}\nexport {};\n`);
  writeFileSync(
    `${FOLDER}/tsconfig.json`,
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: { types: [] }, include: ["objects.ts"] }),
  );
  const tsc = ["node_modules/.bin/tsc", "--project", FOLDER, "--pretty", "false"] as const;
  const { stdout } = spawnSync(tsc[0], tsc.slice(1), { encoding: "utf8" });
  rmSync(FOLDER, { recursive: true });
  return [...wrong, stdout].filter(Boolean).join("\n");
}
