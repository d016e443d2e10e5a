// Alerts and dashboard ask for what the agent tells.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { createMetrics } from "../../src/agent/metrics.ts";

const FOLDER = "deploy/kustomize/monitoring";
const alerts = parse(readFileSync(`${FOLDER}/alerts.yaml`, "utf8")).spec.groups.flatMap(
  (group: { rules: object[] }) => group.rules,
);
const dashboard = JSON.parse(readFileSync(`${FOLDER}/dashboard.json`, "utf8"));

const QUERIES: readonly [string, string][] = [
  ...alerts.map(({ alert, expr }: Record<string, string>) => [alert, expr]),
  ...dashboard.panels.flatMap((panel: { title: string; targets: { expr: string }[] }) =>
    panel.targets.map(({ expr }) => [panel.title, expr]),
  ),
];

/** A page with a sample of each metric: the names of the metrics, of their labels, and the values of `result`. */
async function exported() {
  const counters = async () =>
    new Map([["ipv4", [{ cidr: "10.0.0.0/8", verdict: "return" as const, connections: 1n }]]]);
  const metrics = await createMetrics({ version: "1", runtime: "x", counters: counters as never });
  for (const result of ["in_sync", "changed", "failed"] as const) metrics.synced("ipv4", result, 0.01, true);
  metrics.policy({ family: "ipv4", entries: [], ports: [] } as never);
  metrics.config(true, new Uint8Array(1));
  const page = await metrics.page();
  return {
    names: new Set(page.match(/^ip_masq_agent_\w+/gm)),
    labels: new Set([...page.matchAll(/[{,](\w+)="/g)].map((match) => match[1])),
    results: new Set([...page.matchAll(/result="(\w+)"/g)].map((match) => match[1])),
  };
}

test("every metric, label and result is one that the agent exports", async () => {
  const { names, labels, results } = await exported();
  // The PodMonitor adds the node.
  labels.add("node");
  assert.ok(QUERIES.length > 15);
  const asked = new Set<string>();
  for (const [title, expr] of QUERIES) {
    const metrics = expr.match(/\bip_masq_agent_\w+/g) ?? [];
    assert.ok(metrics.length > 0, title);
    for (const name of metrics) {
      assert.ok(names.has(name), `${title}: ${name}`);
      asked.add(name.replace(/_bucket$/, ""));
    }
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap((match) => match[1]?.split(", ") ?? []);
    const matched = [...expr.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map((match) => match[1] ?? "");
    for (const label of [...grouped, ...matched]) assert.ok(labels.has(label), `${title}: ${label}`);
    for (const [, values = ""] of expr.matchAll(/\bresult=~?"([^"]*)"/g)) {
      for (const value of values.split("|")) assert.ok(results.has(value), `${title}: ${value}`);
    }
  }
  const documented = readFileSync("docs/metrics.md", "utf8").match(/(?<=^\| `)ip_masq_agent_\w+/gm) ?? [];
  assert.equal(
    documented.filter((name) => !asked.has(name)),
    [],
    "metrics that nobody looks at",
  );
});

test("the panels lie side by side, each with a name and a number of its own", () => {
  const taken = new Set<string>();
  for (const { gridPos } of dashboard.panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${x} ${y}`);
        taken.add(`${x} ${y}`);
      }
    }
  }
  for (const key of ["id", "title"]) {
    const values = dashboard.panels.map((panel: Record<string, unknown>) => panel[key]);
    assert.is(new Set(values).size, values.length, key);
  }
});

test.run();
