// @ts-check
// What is said about the packages that went into dist/: their licenses, and the bill of materials.
import { readdirSync, readFileSync } from "node:fs";
import * as CDX from "@cyclonedx/cyclonedx-library";

/**
 * @typedef {{ name: string, version: string, license: string, description?: string, folder: string }} Package
 */

/**
 * The packages that files belong to, each once, by name.
 * @param {string[]} files paths below node_modules
 * @returns {Package[]}
 */
export function packagesOf(files) {
  const folders = files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort().map((folder) => {
    const { name, version, license, description } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    return { name, version, license, description, folder };
  });
}

/**
 * The licenses of the packages, whole.
 * @param {Package[]} packages
 */
export function licensesOf(packages) {
  const texts = packages.map(({ name, version, license, folder }) => {
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, "utf8").trim() : ""}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * The bill of materials, CycloneDX 1.6 in JSON; without time and serial number: the same build has the same bytes.
 * @param {Package[]} packages
 */
export function sbomOf(packages) {
  const own = JSON.parse(readFileSync("package.json", "utf8"));
  /** @param {{ name: string, version: string, license: string, description?: string }} one @param {CDX.Enums.ComponentType} type */
  const component = ({ name, version, license, description }, type) => {
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
  };
  const root = component(own, CDX.Enums.ComponentType.Application);
  const bom = new CDX.Models.Bom({ metadata: new CDX.Models.Metadata({ component: root }) });
  for (const one of packages) {
    const part = component(one, CDX.Enums.ComponentType.Library);
    bom.components.add(part);
    root.dependencies.add(part.bomRef);
  }
  const serializer = new CDX.Serialize.JsonSerializer(new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}
