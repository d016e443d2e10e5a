// A stand-in for a tool.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";

/** Puts a tool with this shell script into a folder, and returns an environment whose PATH begins with that folder. */
export function fake(folder: string, name: string, script: string): { PATH: string } {
  mkdirSync(`${folder}/bin`, { recursive: true });
  writeFileSync(`${folder}/bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${folder}/bin/${name}`, 0o755);
  return { PATH: `${folder}/bin:${process.env.PATH}` };
}
