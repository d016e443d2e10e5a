// Are these objects what the API server takes? The API's own types tell, by a type checker: they come from its OpenAPI
// description, and in a literal no field may be misspelt, missing or of another type.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import type { KubeObject } from "./objects.ts";

const KINDS: Readonly<Record<string, string>> = {
  "apps/v1 DaemonSet": "kubernetes-types/apps/v1",
  "v1 ConfigMap": "kubernetes-types/core/v1",
  "monitoring.coreos.com/v1 PodMonitor": "../../test/deploy/operator.ts",
  "monitoring.coreos.com/v1 PrometheusRule": "../../test/deploy/operator.ts",
};

const FOLDER = "build/deploy";

/** What is wrong with the objects, as the type checker says it; empty where nothing is. */
export function whatIsWrong(objects: readonly KubeObject[]): string {
  const lines = objects.map((object) => {
    const file = KINDS[`${object.apiVersion} ${object.kind}`];
    if (!file) return `"${object.apiVersion} ${object.kind}" satisfies never;`;
    return `({${JSON.stringify(object, null, 1).slice(1)}) satisfies import("${file}").${object.kind};`;
  });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/objects.ts`, `${lines.join("\n")}\nexport {};\n`);
  writeFileSync(
    `${FOLDER}/tsconfig.json`,
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: { types: [] }, include: ["objects.ts"] }),
  );
  return spawnSync("node_modules/.bin/tsc", ["--project", FOLDER, "--pretty", "false"], { encoding: "utf8" }).stdout;
}
