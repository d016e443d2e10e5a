// The manifests: valid, the same by kustomize and by the chart, and of one mind with the agent.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { parseFlags } from "../../src/cli/flags.ts";
import { whatIsWrong } from "./kinds.ts";
import { chart, type KubeObject, kubectl, kustomize, whyNoValues } from "./objects.ts";
import { render } from "./template.ts";

const kubectlTest = process.env.NO_KUBECTL ? test.skip : test;

/** Each kustomization, and the chart's values that mean the same. */
const PAIRS: readonly [string, Record<string, unknown>][] = [
  ["base", {}],
  ["ready-nodes", { nodeSelector: { "beta.kubernetes.io/masq-agent-ds-ready": "true" } }],
  ["monitoring", { monitoring: { enabled: true } }],
];

for (const [name, values] of PAIRS) {
  kubectlTest(`${name}: kustomize and the chart make the same objects, and the API server takes them`, () => {
    const objects = kustomize(name);
    assert.equal(chart(values), objects);
    assert.is(whatIsWrong(objects), "");
  });
}

const daemonSet = (values = {}): KubeObject => chart(values).find(({ kind }) => kind === "DaemonSet") as KubeObject;

test("all that the chart can set", () => {
  const set = {
    image: { repository: "images.example.com/ip-masq-agent", tag: "1.2.3", pullPolicy: "Always" },
    imagePullSecrets: [{ name: "secret" }],
    config: { nonMasqueradeCIDRs: ["10.0.0.0/8"], resyncInterval: "60s" },
    args: ["--enable-ipv6", "--v=2"],
    port: 19410,
    monitoring: { enabled: true },
    nodeSelector: { pool: "edge" },
    tolerations: [],
    resources: { limits: { memory: "1Gi" } },
  };
  const objects = chart(set);
  assert.is(whatIsWrong(objects), "");
  const { template } = daemonSet(set).spec;
  const [container] = template.spec.containers;
  assert.is(container.image, "images.example.com/ip-masq-agent:1.2.3");
  assert.equal(container.args, ["--metrics-bind-address=:19410", "--enable-ipv6", "--v=2"]);
  assert.equal(container.resources, { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "1Gi" } });
  assert.is(container.ports[0].containerPort, 19410);
  assert.equal(template.spec.nodeSelector, { "kubernetes.io/os": "linux", pool: "edge" });
  assert.is(template.spec.tolerations, undefined);
  assert.equal(parse(objects.find(({ data }) => data?.config)?.data.config), set.config);
});

test("values that mean nothing are refused", () => {
  const values = parse(readFileSync("deploy/chart/values.yaml", "utf8"));
  assert.is(whyNoValues(values), undefined);
  for (const wrong of [
    { arg: [] },
    { args: ["run"] },
    { port: "9410" },
    { monitoring: true },
    { image: { name: "x" } },
  ]) {
    assert.ok(whyNoValues({ ...values, ...wrong }), JSON.stringify(wrong));
  }
});

test("a field that is misspelt, missing or of another type is found", () => {
  const wrong = (change: (spec: KubeObject["spec"]) => void) => {
    const object = daemonSet();
    change(object.spec);
    return whatIsWrong([object]);
  };
  assert.match(
    wrong(({ template }) => {
      template.spec.containers[0].securityContext.readOnlyRootFilesytem = true;
    }),
    "readOnlyRootFilesytem",
  );
  assert.match(
    wrong((spec) => {
      delete spec.selector;
    }),
    "selector",
  );
  assert.match(
    wrong(({ template }) => {
      template.spec.hostNetwork = "true";
    }),
    "not assignable to type 'boolean",
  );
  assert.match(whatIsWrong([{ ...daemonSet(), apiVersion: "apps/v2" }]), "apps/v2");
});

test("the renderer refuses what it does not know", () => {
  const none = () => "";
  for (const text of [
    "{{ range .x }}{{ end }}",
    '{{ include "x" . }}',
    "{{ .x }}",
    "{{ if .x }}",
    "{{ end }}",
    "{{ .x",
  ]) {
    assert.throws(() => render(text, {}, none), undefined, text);
  }
  assert.is(render("a\n{{- if .x }}\n  b: {{ .x | default 1 }}\n{{- end }}\nc", { x: 2 }, none), "a\n  b: 2\nc");
});

test("the agent takes the arguments, and says what the probes ask", () => {
  const [container] = daemonSet().spec.template.spec.containers;
  assert.equal([...parseFlags(container.args).flags], [["metrics-bind-address", "127.0.0.1:9410"]]);
  assert.is(container.ports[0].containerPort, 9410);
  for (const probe of ["livenessProbe", "readinessProbe"]) {
    assert.match(readFileSync("docs/metrics.md", "utf8"), `## ${container[probe].httpGet.path}\n`);
  }
});

test("versions are those of the package", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const { version: chartVersion, appVersion } = parse(readFileSync("deploy/chart/Chart.yaml", "utf8"));
  assert.equal([chartVersion, appVersion], [version, version]);
  assert.is(daemonSet().spec.template.spec.containers[0].image, `ip-masq-agent:${version}`);
});

kubectlTest("the kustomization that the documentation shows names the image and the flags", () => {
  const [kustomization = "", args = ""] = [
    ...readFileSync("docs/install.md", "utf8").matchAll(/^```yaml\n([\s\S]*?)^```$/gm),
  ].map((block) => block[1]);
  const objects = kustomize("mine", { "kustomization.yaml": kustomization, "args.yaml": args });
  assert.is(whatIsWrong(objects), "");
  const image = { repository: "images.example.com/ip-masq-agent" };
  assert.equal(objects, chart({ image, args: ["--enable-ipv6"] }));
});

kubectlTest("the ConfigMap that the documentation makes is the one that is mounted", () => {
  const folder = mkdtempSync(`${tmpdir()}/masq-config-`);
  try {
    const text = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";
    writeFileSync(`${folder}/config`, text);
    const args = ["create", "configmap", "ip-masq-agent", `--from-file=${folder}/config`, "--namespace=kube-system"];
    const made: KubeObject = JSON.parse(kubectl(...args, "--dry-run=client", "--output=json"));
    const [volume] = daemonSet().spec.template.spec.volumes;
    assert.is(volume.configMap.name, made.metadata.name);
    assert.is(made.data[volume.configMap.items[0].key], text);
    const [mount] = daemonSet().spec.template.spec.containers[0].volumeMounts;
    assert.is(`${mount.mountPath}/${volume.configMap.items[0].path}`, "/etc/config/ip-masq-agent");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
