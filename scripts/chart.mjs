// @ts-check
// Builds the generated files of the Helm chart: the schema of its values, which includes the agent's config, and copies of kustomize's
// monitoring files. They are copies because neither kustomize nor every chart packager follows links out of its folder.
import { cpSync, readFileSync, writeFileSync } from "node:fs";

const CHART = "deploy/chart";
const MONITORING = "deploy/kustomize/components/monitoring";

/** @param {Record<string, unknown>} properties */
const object = (properties) => ({ type: "object", additionalProperties: false, properties });
const strings = { type: "object", additionalProperties: { type: "string" } };
const quantities = { type: "object", additionalProperties: { type: ["string", "number"] } };

/**
 * @param {object} config the schema of the agent's config
 * @returns {object} the schema of the chart's values
 */
const valuesSchema = (config) => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  ...object({
    global: { type: "object" },
    image: object({
      // No tag: only a registry's port may follow a colon. Both patterns follow the distribution specification.
      repository: { type: "string", pattern: "^([a-z0-9.-]+(:\\d+)?/)*[a-z0-9._-]*$" },
      tag: { type: "string", pattern: "^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$" },
      digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
      pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
    }),
    imagePullSecrets: { type: "array", items: { ...object({ name: { type: "string" } }), required: ["name"] } },
    config,
    backend: { enum: ["auto", "iptables", "nftables"] },
    // YAML reads true and false as booleans.
    watchRules: { enum: ["auto", "true", "false", true, false] },
    resetChangedFlows: { enum: ["none", "udp", "all"] },
    args: {
      type: "array",
      items: {
        description:
          "A flag. The values port, monitoring.enabled, backend, watchRules and resetChangedFlows set the flags that are not allowed here.",
        type: "string",
        not: { pattern: "^--?(metrics-bind-address|backend|watch-rules|reset-changed-flows)" },
      },
    },
    cleanupOnExit: { type: "boolean" },
    port: { type: "integer", minimum: 1, maximum: 65535 },
    monitoring: object({
      enabled: { type: "boolean" },
      labels: strings,
      endpoint: { type: "object" },
      runbooks: { type: "string", pattern: "^[^#]*$" },
    }),
    maxUnavailable: {
      anyOf: [
        { type: "integer", minimum: 1 },
        { type: "string", pattern: "^([1-9]\\d?|100)%$" },
      ],
    },
    nodeSelector: { ...strings, propertyNames: { not: { const: "kubernetes.io/os" } } },
    affinity: object({
      nodeAffinity: { type: "object" },
      podAffinity: { type: "object" },
      podAntiAffinity: { type: "object" },
    }),
    tolerations: {
      type: "array",
      items: object({
        key: { type: "string" },
        operator: { enum: ["Exists", "Equal"] },
        value: { type: "string" },
        effect: { enum: ["NoSchedule", "PreferNoSchedule", "NoExecute"] },
        tolerationSeconds: { type: "integer" },
      }),
    },
    resources: object({ requests: quantities, limits: quantities }),
  }),
});

/**
 * Writes the chart's generated files.
 * @param {string} configSchema the text of the config's JSON Schema
 */
export function buildChart(configSchema) {
  const { $schema: _, title: __, ...config } = JSON.parse(configSchema);
  setRunbooks();
  writeFileSync(`${CHART}/values.schema.json`, `${JSON.stringify(valuesSchema(config), null, 2)}\n`);
  for (const file of ["alerts.yaml", "dashboard.json", "podmonitor.yaml"]) {
    cpSync(`${MONITORING}/${file}`, `${CHART}/files/${file}`);
  }
}

/** Sets the alerts' runbook URLs to the page that package.json names; docs/alerts.md has a section for each. */
function setRunbooks() {
  const { runbooks } = JSON.parse(readFileSync("package.json", "utf8")).config;
  const alerts = readFileSync(`${MONITORING}/alerts.yaml`, "utf8");
  writeFileSync(`${MONITORING}/alerts.yaml`, alerts.replace(/(?<= runbook_url: )[^#\n]*/g, runbooks));
}
