// Alerts and the dashboard use metrics that the agent exports, and alerts fire when they should.
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { createMetrics } from "../../src/agent/metrics.ts";
import { whatIsWrong } from "./kinds.ts";
import { chart, manifestTest, tool, withFolder } from "./objects.ts";

const FOLDER = "deploy/kustomize/components/monitoring";
const { groups } = parse(readFileSync(`${FOLDER}/alerts.yaml`, "utf8")).spec;
const alerts = groups.flatMap((group: { rules: object[] }) => group.rules);
const dashboard = JSON.parse(readFileSync(`${FOLDER}/dashboard.json`, "utf8"));

const QUERIES: readonly [string, string][] = [
  ...alerts.map(({ alert, expr }: Record<string, string>) => [alert, expr]),
  ...dashboard.panels.flatMap((panel: { title: string; targets: { expr: string }[] }) =>
    panel.targets.map(({ expr }) => [panel.title, expr]),
  ),
];

/** A page with a sample of each metric: the names of the metrics and of their labels, and the values of `result`. */
async function exported() {
  const counters = async () =>
    new Map([["ipv4", [{ cidr: "10.0.0.0/8", verdict: "return" as const, connections: 1n }]]]);
  const used = { protocol: "tcp", source: "192.0.2.1", destination: "203.0.113.10", port: 443, used: 5 };
  const nat = async () => ({
    health: { entries: 1, limit: 2, counters: { insertFailed: 0, drop: 0, earlyDrop: 0 } },
    ports: { available: 64_512, busiest: [used] },
  });
  const metrics = await createMetrics({ version: "1", runtime: "x", counters: counters as never, nat });
  for (const result of ["in_sync", "unchanged", "changed", "failed"] as const)
    metrics.synced("ipv4", result, 0.01, true);
  metrics.kept("ipv4");
  metrics.backend("nftables", "default");
  metrics.watching(true);
  metrics.repairedAfter("ipv4", ["nft"]);
  metrics.wanted("ipv4", 3);
  metrics.interval(60);
  metrics.openConnections(1, 1);
  metrics.config(true, [{ file: "c", bytes: new Uint8Array(1) }]);
  metrics.foreignRules(0, 0);
  metrics.available("ipv4", true);
  const page = await metrics.page();
  return {
    names: new Set(page.match(/^ip_masq_agent_\w+/gm)),
    labels: new Set([...page.matchAll(/[{,](\w+)="/g)].map((match) => match[1])),
    results: new Set([...page.matchAll(/result="(\w+)"/g)].map((match) => match[1])),
  };
}

test("every metric, label and result is one that the agent exports", async () => {
  const { names, labels, results } = await exported();
  // The PodMonitor adds them.
  labels.add("node").add("pod");
  assert.ok(QUERIES.length > 15);
  const asked = new Set<string>();
  // Series from Prometheus and kube-state-metrics about the agent and its DaemonSet.
  const others = /\b(up|kube_daemonset_\w+)\{(job|daemonset)=~?"(\.\*\/)?ip-masq-agent\(-windows\)\?"\}/g;
  for (const [title, query] of QUERIES) {
    const expr = query.replace(others, "");
    if (/^[\s\d<>=-]*$/.test(expr)) continue;
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
    "unused metrics",
  );
});

/** An hour of a healthy node with a sample per minute, in promtool's series notation. */
const WELL: Readonly<Record<string, string>> = {
  'up{job="kube-system/ip-masq-agent",node="a",pod="p"}': "1x60",
  'kube_daemonset_status_desired_number_scheduled{daemonset="ip-masq-agent"}': "3x60",
  'kube_daemonset_status_current_number_scheduled{daemonset="ip-masq-agent"}': "3x60",
  'ip_masq_agent_build_info{node="a",pod="p"}': "1x60",
  'ip_masq_agent_last_sync_success_timestamp_seconds{node="a",pod="p",family="ipv4"}': "0+60x60",
  'ip_masq_agent_resync_interval_seconds{node="a",pod="p"}': "60x60",
  'ip_masq_agent_syncs_total{node="a",pod="p",family="ipv4",result="in_sync"}': "0+1x60",
  'ip_masq_agent_syncs_total{node="a",pod="p",family="ipv4",result="failed"}': "0x60",
  'ip_masq_agent_config_valid{node="a",pod="p"}': "1x60",
  'ip_masq_agent_config_info{node="a",pod="p",sha256="1"}': "1x60",
  'ip_masq_agent_config_last_change_timestamp_seconds{node="a",pod="p"}': "0x60",
  'ip_masq_agent_drift_repairs_total{node="a",pod="p",family="ipv4"}': "0x60",
  'ip_masq_agent_family_available{node="a",pod="p",family="ipv6"}': "1x60",
  'ip_masq_agent_foreign_rules{certain="true",node="a",pod="p"}': "0x60",
  'ip_masq_agent_foreign_rules{certain="false",node="a",pod="p"}': "1x60",
  'ip_masq_agent_conntrack_entries{node="a",pod="p"}': "1000x60",
  'ip_masq_agent_conntrack_entries_limit{node="a",pod="p"}': "10000x60",
  'ip_masq_agent_conntrack_insert_failed_total{node="a",pod="p"}': "5+1x60",
  'ip_masq_agent_conntrack_drop_total{node="a",pod="p"}': "7+1x60",
  'ip_masq_agent_conntrack_early_drop_total{node="a",pod="p"}': "7x60",
  'ip_masq_agent_nat_ports_in_use{node="a",pod="p",protocol="tcp",source="192.0.2.1",destination="203.0.113.10:443"}':
    "9000x60",
  'ip_masq_agent_nat_ports_available{node="a",pod="p"}': "64512x60",
};

/** The same series, with other values for those with this beginning of their name; an empty text removes them. */
const but = (values: Readonly<Record<string, string>>): Record<string, string> => {
  const series = Object.entries(WELL).map(([name, well]) => {
    const other = Object.keys(values).find((start) => name.includes(start));
    return [name, other === undefined ? well : values[other]];
  });
  return Object.fromEntries(series.filter(([, value]) => value !== ""));
};

/** Alerts, and the series that make them fire, but no other alert. */
const ALARMS: readonly [string[], Readonly<Record<string, string>>][] = [
  [[], WELL],
  [["IpMasqAgentDown"], but({ "up{": "1x30 0x30" })],
  [[], { ...WELL, 'up{job="kube-system/another",node="a"}': "0x60" }],
  [["IpMasqAgentMissing"], but({ current_number_scheduled: "3x30 2x30" })],
  [["IpMasqAgentAbsent"], but({ build_info: "" })],
  [["IpMasqAgentNotSynced"], but({ last_sync_success: "0+60x40 2400x20" })],
  [[], but({ last_sync_success: "0+60x40 2400x20", resync_interval: "3600x60" })],
  [["IpMasqAgentFailing"], but({ last_sync_success: "", 'result="failed"': "1x60", 'result="in_sync"': "0x60" })],
  [[], but({ 'result="failed"': "0+1x60" })],
  [["IpMasqAgentConfigInvalid"], but({ config_valid: "1x50 0x10" })],
  [
    ["IpMasqAgentConfigInvalid", "IpMasqAgentNoConfig"],
    but({ config_valid: "0x60", last_sync_success: "", resync_interval: "", syncs_total: "" }),
  ],
  [["IpMasqAgentConfigsDiffer"], { ...WELL, 'ip_masq_agent_config_info{node="b",pod="q",sha256="2"}': "1x60" }],
  [["IpMasqAgentDrift"], but({ drift_repairs: "0+1x60" })],
  [["IpMasqAgentConntrackNearlyFull"], but({ "conntrack_entries{": "1000x30 8000x30" })],
  [["IpMasqAgentConntrackFull"], but({ conntrack_drop: "7+3x60" })],
  [["IpMasqAgentConntrackFull"], but({ conntrack_early_drop: "7+2x60" })],
  [["IpMasqAgentInsertFailed"], but({ insert_failed: "0+120x60", conntrack_drop: "0+120x60" })],
  [["IpMasqAgentFamilyUnavailable"], but({ family_available: "0x60" })],
  [["IpMasqAgentForeignRule"], but({ 'certain="true"': "0x20 1x40" })],
  [["IpMasqAgentPortsNearlyUsedUp"], but({ ports_in_use: "9000x30 60000x30" })],
];

const inputs = (series: Readonly<Record<string, string>>) =>
  Object.entries(series).map(([name, values]) => ({ series: name, values }));

/** Runs promtool's tests of these rule groups, and throws its output if one fails. */
function promtool(groups: object, tests: readonly object[]): void {
  withFolder((folder) => {
    writeFileSync(`${folder}/rules.yaml`, JSON.stringify({ groups }));
    const all = { rule_files: ["rules.yaml"], evaluation_interval: "1m", tests };
    writeFileSync(`${folder}/test.yaml`, JSON.stringify(all));
    assert.match(tool("promtool", "test", "rules", `${folder}/test.yaml`), "SUCCESS");
  });
}

manifestTest("the queries in docs/alerts.md list the nodes that they should", () => {
  const page = readFileSync("docs/alerts.md", "utf8");
  const [, differing = ""] = /^ *```promql\n([\s\S]*?)^ *```$/m.exec(page) ?? [];
  const [invalid = ""] = /(?<=`)ip_masq_agent_config_valid .*?(?=` lists the nodes)/.exec(page) ?? [];
  const series = (name: string, labels: string, value: number) => ({
    series: `${name}{${labels}}`,
    values: `${value}x60`,
  });
  const info = "ip_masq_agent_config_info";
  const valid = "ip_masq_agent_config_valid";
  const input_series = [
    ...["a", "b"].map((node) => series(info, `node="${node}",sha256="1"`, 1)),
    series(info, 'node="c",sha256="2"', 1),
    series(valid, 'node="a"', 1),
    series(valid, 'node="b"', 0),
  ];
  const at = { eval_time: "60m" };
  const promql_expr_test = [
    { expr: differing.trim(), ...at, exp_samples: [{ labels: `${info}{node="c",sha256="2"}`, value: 1 }] },
    { expr: invalid, ...at, exp_samples: [{ labels: `${valid}{node="b"}`, value: 0 }] },
  ];
  promtool([], [{ interval: "1m", input_series, promql_expr_test }]);
});

manifestTest(
  "the chart accepts the lines in docs/metrics.md that drop series, and they name a metric that exists",
  async () => {
    const [, lines = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync("docs/metrics.md", "utf8")) ?? [];
    const endpoint = parse(lines);
    const objects = chart({ monitoring: { enabled: true, endpoint } });
    assert.is(await whatIsWrong(objects), "");
    const monitor = objects.find(({ kind }) => kind === "PodMonitor");
    const { metricRelabelings } = monitor?.spec.podMetricsEndpoints[0] ?? {};
    assert.equal(metricRelabelings, endpoint.metricRelabelings);
    const { names } = await exported();
    for (const { regex } of metricRelabelings) assert.ok(names.has(regex), regex);
  },
);

manifestTest("each alert fires when it should, and no other alert does", () => {
  const tests = ALARMS.map(([fired, series]) => ({
    interval: "1m",
    input_series: inputs(series),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: "60m",
        exp_samples: fired.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
      },
    ],
  }));
  promtool(groups, tests);
  const fired = new Set(ALARMS.flatMap(([names]) => names));
  assert.equal(
    alerts.filter(({ alert }: { alert: string }) => !fired.has(alert)),
    [],
  );
});

manifestTest("summaries name the family as IPv6, though its label is ipv6", () => {
  const alertname = "IpMasqAgentFamilyUnavailable";
  const { labels, annotations } = alerts.find(({ alert }: { alert: string }) => alert === alertname);
  const summary = "a: the kernel does not support IPv6, so there are no IPv6 rules";
  const exp_labels = { ...labels, node: "a", pod: "p", family: "ipv6" };
  const exp_alerts = [{ exp_labels, exp_annotations: { ...annotations, summary } }];
  const alert_rule_test = [{ eval_time: "60m", alertname, exp_alerts }];
  promtool(groups, [{ interval: "1m", input_series: inputs(but({ family_available: "0x60" })), alert_rule_test }]);
});

test("each alert links to its section of docs/alerts.md, with an address that is set in one place", () => {
  const { runbooks } = JSON.parse(readFileSync("package.json", "utf8")).config;
  const sections = readFileSync("docs/alerts.md", "utf8").match(/(?<=^## )IpMasqAgent\w+/gm) ?? [];
  const urls = alerts.map(({ annotations }: { annotations: { runbook_url: string } }) => annotations.runbook_url);
  assert.equal(sections.map((name) => `${runbooks}#${name.toLowerCase()}`).sort(), urls.sort());
  const severities = readFileSync("docs/alerts.md", "utf8").matchAll(/^## (IpMasqAgent\w+)\n\n\*\*(\w+)\.\*\*/gm);
  const labelled = new Map(
    alerts.map(({ alert, labels }: { alert: string; labels: { severity: string } }) => [alert, labels.severity]),
  );
  for (const [, name = "", severity = ""] of severities) assert.is(severity.toLowerCase(), labelled.get(name), name);
});

manifestTest("the chart's value sets the runbook address of the alerts", () => {
  const runbooks = "https://wiki.example.com/masq";
  const rule = chart({ monitoring: { enabled: true, runbooks } }).find(({ kind }) => kind === "PrometheusRule");
  const urls = rule?.spec.groups.flatMap((group: { rules: { annotations: { runbook_url: string } }[] }) =>
    group.rules.map(({ annotations }) => annotations.runbook_url),
  );
  assert.equal(
    urls,
    alerts.map(({ alert }: { alert: string }) => `${runbooks}#${alert.toLowerCase()}`),
  );
});

manifestTest("each query returns data, even while a node's pod is being replaced", () => {
  const rules = QUERIES.map(([, expr], i) => ({
    record: `query:${i}`,
    expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$node", ".*"),
  }));
  const next = Object.fromEntries(Object.entries(WELL).map(([name, values]) => [name.replace('"p"', '"q"'), values]));
  const expr = { expr: "count(query:0)", eval_time: "60m", exp_samples: [] };
  promtool(
    [{ name: "queries", rules }],
    [{ interval: "1m", input_series: inputs({ ...WELL, ...next }), promql_expr_test: [expr] }],
  );
});

test("the panels do not overlap, and each has a name and a unique id", () => {
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
