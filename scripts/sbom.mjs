// @ts-check
// Generates the bill of materials, CycloneDX 1.6: the program, its files that contain code, and the packages in each.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as CDX from "@cyclonedx/cyclonedx-library";
import { foldersIn } from "./packages.mjs";

/** @typedef {import("./packages.mjs").Package} Package */
/** @typedef {import("./packages.mjs").Part} Part */

const { Application, File, Library } = CDX.Enums.ComponentType;
const { "SHA-256": SHA256, "SHA-512": SHA512 } = CDX.Enums.HashAlgorithm;

/** @param {string} file */
export const hashOf = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/**
 * Has no time and no serial number, so that the same build produces the same bytes.
 * @param {readonly Package[]} packages
 * @param {readonly Part[]} parts
 */
export function sbomOf(packages, parts) {
  const root = component(JSON.parse(readFileSync("package.json", "utf8")), Application);
  const bom = new CDX.Models.Bom({ metadata: new CDX.Models.Metadata({ component: root }) });
  const locked = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const components = new Map(packages.map((one) => [one.folder, component(one, Library)]));
  /** @param {CDX.Models.Component} one @param {readonly string[]} folders */
  const dependsOn = (one, folders) => {
    for (const folder of folders) {
      const used = components.get(folder);
      if (used) one.dependencies.add(used.bomRef);
    }
  };
  for (const { folder, isDirect, uses } of packages) {
    const one = components.get(folder);
    if (!one) continue;
    bom.components.add(one);
    if (isDirect) root.dependencies.add(one.bomRef);
    one.hashes.set(SHA512, hexOf(locked[folder].integrity));
    dependsOn(one, uses);
  }
  for (const part of parts) {
    const file = new CDX.Models.Component(File, part.file, { bomRef: `file:${part.file}` });
    file.hashes.set(SHA256, hashOf(`dist/${part.file}`));
    dependsOn(file, foldersIn(part));
    root.components.add(file);
  }
  const serializer = new CDX.Serialize.JsonSerializer(new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/**
 * @param {{ name: string, version: string, license: string, description?: string }} one
 * @param {CDX.Enums.ComponentType} type
 */
function component({ name, version, license, description }, type) {
  const [group, short] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return new CDX.Models.Component(type, short ?? name, {
    version,
    purl,
    bomRef: purl,
    ...(group ? { group } : {}),
    ...(description ? { description } : {}),
    licenses: new CDX.Models.LicenseRepository([new CDX.Models.SpdxLicense(license)]),
  });
}

/**
 * The hash of a package in the format of npm's lock file: `sha512-` and base64.
 * @param {string} integrity
 */
const hexOf = (integrity) => Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
