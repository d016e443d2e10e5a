// A mounted ConfigMap.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

/** A folder as kubelet mounts a ConfigMap. The returned function publishes another text as kubelet does. */
export function configMap(folder: string, text: string): (text: string) => void {
  let version = 0;
  const write = (text: string) => {
    mkdirSync(`${folder}/..${++version}`, { recursive: true });
    writeFileSync(`${folder}/..${version}/ip-masq-agent`, text);
    symlinkSync(`..${version}`, `${folder}/..data_tmp`);
    renameSync(`${folder}/..data_tmp`, `${folder}/..data`);
    rmSync(`${folder}/..${version - 1}`, { recursive: true, force: true });
  };
  write(text);
  symlinkSync("..data/ip-masq-agent", `${folder}/ip-masq-agent`);
  return write;
}
