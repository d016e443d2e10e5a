// Converts a config to a ConfigMap manifest.
import type { ConfigText } from "./state.ts";

const NAME = "ip-masq-agent";
const NAMESPACE = "kube-system";

/** The key of `data` that holds a config of one file. */
const KEY = "config";

const isManifest = (text: string) => /^[\s{]*"?kind"?\s*:\s*"?(ConfigMap|List)\b/m.test(text);

/** Returns the config as a manifest for kubectl apply; a manifest is returned unchanged. */
export function toConfigMap(files: readonly ConfigText[]): string {
  const [only, more] = files;
  if (only && !more && isManifest(only.text)) return only.text;
  const data = files.map(({ file, text }) => entry(more ? file : KEY, text));
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${NAME}\n  namespace: ${NAMESPACE}\ndata:\n${data.join("")}`;
}

function entry(key: string, text: string): string {
  // YAML needs the indentation spelled out if the text begins with blanks.
  const indent = /^\s/.test(text) ? "2" : "";
  const chomp = text.endsWith("\n") ? "" : "-";
  const lines = text.replace(/\n$/, "").split("\n");
  const body = lines.map((line) => (line === "" ? "" : `    ${line}`)).join("\n");
  return `  ${/^[\w.-]+$/.test(key) ? key : JSON.stringify(key)}: |${indent}${chomp}\n${body}\n`;
}
