// The manifests are valid, the same with kustomize and helm, and consistent with the agent.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { parseFlags } from "../../src/cli/flags.ts";
import { whatIsWrong } from "./kinds.ts";
import { chart, type KubeObject, kustomize, manifestTest, objectsOf, tool, withFolder } from "./objects.ts";

const READY = { nodeSelector: { "beta.kubernetes.io/masq-agent-ds-ready": "true" } };
const NFT = { args: ["--iptables-variant=nft"] };
const MONITORING = { monitoring: { enabled: true } };

const components = (...names: string[]) =>
  ["resources: [../base]", "components:", ...names.map((name) => `  - ../components/${name}`)].join("\n");

/** Each kustomization, and the chart's values with the same meaning. */
const PAIRS: readonly [string, Readonly<Record<string, string | object>>, string?][] = [
  ["base", {}],
  ["ready-nodes", READY],
  ["nft", NFT, components("nft")],
  ["nftables", { backend: "nftables" }, components("nftables")],
  ["monitoring", MONITORING],
  ["both", { ...READY, ...MONITORING }, components("ready-nodes", "monitoring")],
  ["both, in the other order", { ...READY, ...MONITORING }, components("monitoring", "ready-nodes")],
];

for (const [name, values, kustomization] of PAIRS) {
  manifestTest(`${name}: kustomize and helm produce the same objects, and the API server accepts them`, async () => {
    const objects = kustomize(name, kustomization);
    assert.equal(chart(values), objects);
    assert.is(await whatIsWrong(objects), "");
  });
}

const daemonSet = (values = {}): KubeObject => chart(values).find(({ kind }) => kind === "DaemonSet") as KubeObject;

/** The config in the comments of values.yaml. */
function shownConfig(): object {
  const [, shown = ""] = /((?:^# {3}.*\n)+)config: /m.exec(readFileSync("deploy/chart/values.yaml", "utf8")) ?? [];
  const config = parse(shown.replace(/^# {3}/gm, ""));
  assert.ok(["masqueradeCIDRs", "snat", "sourceCIDRs", "outputInterfaces"].every((key) => key in config));
  return config;
}

manifestTest("all values of the chart", async () => {
  const set = {
    image: { repository: "images.example.com/ip-masq-agent", tag: "1.2.3", pullPolicy: "Always" },
    imagePullSecrets: [{ name: "secret" }],
    config: { nonMasqueradeCIDRs: ["10.0.0.0/8"], ...shownConfig(), resyncInterval: "60s" },
    backend: "nftables",
    watchRules: false,
    resetChangedFlows: "udp",
    args: ["--enable-ipv6", "--v=2"],
    port: 19410,
    maxUnavailable: 500,
    cleanupOnExit: true,
    monitoring: { enabled: true, labels: { release: "prometheus" }, endpoint: { interval: "2m" } },
    nodeSelector: { pool: "edge" },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "masq", operator: "NotIn", values: ["no"] }] }],
        },
      },
    },
    tolerations: [],
    resources: { limits: { memory: "1Gi" } },
  };
  const objects = chart(set);
  assert.is(await whatIsWrong(objects), "");
  const { template, updateStrategy } = daemonSet(set).spec;
  const [container] = template.spec.containers;
  assert.is(container.image, "images.example.com/ip-masq-agent:1.2.3");
  assert.equal(container.args, [
    "--metrics-bind-address=:19410",
    "--backend=nftables",
    "--watch-rules=false",
    "--reset-changed-flows=udp",
    "--enable-ipv6",
    "--v=2",
    "--cleanup-on-exit",
  ]);
  assert.equal(container.resources, { requests: { cpu: "10m", memory: "80Mi" }, limits: { memory: "1Gi" } });
  assert.is(container.ports[0].containerPort, 19410);
  assert.is(updateStrategy.rollingUpdate.maxUnavailable, 500);
  assert.equal(template.spec.nodeSelector, { "kubernetes.io/os": "linux", pool: "edge" });
  assert.equal(template.spec.affinity, set.affinity);
  assert.is(template.spec.tolerations, undefined);
  assert.equal(parse(objects.find(({ data }) => data?.config)?.data.config), set.config);
  const [monitor, rule] = ["PodMonitor", "PrometheusRule"].map((kind) => objects.find((one) => one.kind === kind));
  assert.is(monitor?.spec.podMetricsEndpoints[0].interval, "2m");
  for (const object of [monitor, rule]) {
    assert.equal(object?.metadata.labels, {
      release: "prometheus",
      "k8s-app": "ip-masq-agent",
    });
  }
});

manifestTest("a digest selects the image, whatever the tag", () => {
  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  const [container] = daemonSet({ image: { tag: "1.2.3", digest } }).spec.template.spec.containers;
  assert.is(container.image, `ip-masq-agent@${digest}`);
});

manifestTest("values that mean nothing, or that break the probes, are refused", () => {
  for (const [wrong, said] of [
    [{ arg: [] }, /arg/],
    [{ args: ["--metrics-bind-address=:9000"] }, /args\/0/],
    [{ args: ["--backend=nftables"] }, /args\/0/],
    [{ backend: "windows-cni" }, /backend/],
    [{ watchRules: "yes" }, /watchRules/],
    [{ resetChangedFlows: "tcp" }, /resetChangedFlows/],
    [{ args: ["--reset-changed-flows=udp"] }, /args\/0/],
    [{ port: "9410" }, /port/],
    [{ port: 70_000 }, /port/],
    [{ monitoring: true }, /monitoring/],
    [{ image: { name: "x" } }, /name/],
    [{ image: { digest: "latest" } }, /digest/],
    [{ image: { repository: "images.example.com/ip-masq-agent:1.2.3" } }, /repository/],
    [{ image: { tag: "1.2.3 " } }, /tag/],
    [{ image: { repository: "" } }, /image\.repository is not set: no image is published/],
    [{ config: { nonMasqueradeCIDR: ["10.0.0.0/8"] } }, /nonMasqueradeCIDR/],
    [{ config: { nonMasqueradeCIDRs: "10.0.0.0/8" } }, /nonMasqueradeCIDRs/],
    [{ config: { resyncInterval: "1 minute" } }, /resyncInterval/],
    [{ config: { snat: [{ destinationCIDRs: ["198.51.100.0/24"] } as object] } }, /snat\/0/],
    [{ config: { snat: [{ destinationCIDRs: ["198.51.100.0/24"], to: "198.51.100.0/24" }] } }, /snat\/0\/to/],
    [{ config: { outputInterfaces: ["eth+"] } }, /outputInterfaces\/0/],
    [{ maxUnavailable: "0%" }, /maxUnavailable/],
    [{ nodeSelector: { "kubernetes.io/os": "windows" } }, /invalid propertyName 'kubernetes.io\/os'/],
    [{ affinity: { nodes: {} } }, /affinity/],
    [{ tolerations: [{ kee: "x" }] }, /tolerations/],
    [{ resources: { limit: { memory: "1Gi" } } }, /resources/],
  ] as const) {
    assert.throws(() => chart(wrong as never), said, JSON.stringify(wrong));
  }
});

manifestTest("helm lint finds nothing, and a packaged chart is complete", () => {
  tool("helm", "lint", "--strict", "deploy/chart", "--set=image.repository=ip-masq-agent");
  withFolder((folder) => {
    tool("helm", "package", "deploy/chart", `--destination=${folder}`);
    const [archive = ""] = readdirSync(folder);
    const values = "--set=image.repository=ip-masq-agent,monitoring.enabled=true";
    const from = (source: string) => tool("helm", "template", "name", source, values);
    assert.is(from(`${folder}/${archive}`), from("deploy/chart"));
  });
});

manifestTest("a field that is misspelt, missing or of another type is found", async () => {
  const wrong = (change: (spec: KubeObject["spec"]) => void) => {
    const object = daemonSet();
    change(object.spec);
    return whatIsWrong([object]);
  };
  assert.match(
    await wrong(({ template }) => {
      template.spec.containers[0].securityContext.readOnlyRootFilesytem = true;
    }),
    "readOnlyRootFilesytem",
  );
  assert.match(
    await wrong((spec) => {
      delete spec.selector;
    }),
    "DaemonSet: data/spec must have required property selector",
  );
  assert.match(
    await wrong(({ template }) => {
      template.spec.hostNetwork = "true";
    }),
    "hostNetwork must be boolean",
  );
  assert.match(await whatIsWrong([{ ...daemonSet(), apiVersion: "apps/v2" }]), "apps/v2");
});

manifestTest("the agent accepts the arguments, and serves the pages of the probes", () => {
  const [container] = daemonSet().spec.template.spec.containers;
  assert.equal([...parseFlags(container.args).flags], [["metrics-bind-address", "127.0.0.1:9410"]]);
  assert.is(container.ports[0].containerPort, 9410);
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
    assert.match(readFileSync("docs/metrics.md", "utf8"), `## ${container[probe].httpGet.path}\n`);
  }
});

manifestTest("it has two capabilities and no other privileges; with the nft variant, one", () => {
  const rights = (values = {}) => daemonSet(values).spec.template.spec.containers[0].securityContext;
  assert.equal(rights(), {
    runAsUser: 0,
    privileged: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.equal(rights(NFT).capabilities, { drop: ["ALL"], add: ["NET_ADMIN"] });
});

manifestTest("versions match the package", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const { version: chartVersion, appVersion } = parse(readFileSync("deploy/chart/Chart.yaml", "utf8"));
  assert.equal([chartVersion, appVersion], [version, version]);
  assert.is(daemonSet().spec.template.spec.containers[0].image, `ip-masq-agent:${version}`);
});

manifestTest("the single manifest has the base's objects, and names the image in one place", async () => {
  const text = readFileSync("deploy/ip-masq-agent.yaml", "utf8");
  assert.equal(objectsOf(text), kustomize("base"));
  assert.is(text.match(/^ +image: /gm)?.length, 1);
  const [, replace = ""] = /^sed -i '(.*)' deploy\/ip-masq-agent\.yaml$/m.exec(readFileSync("README.md", "utf8")) ?? [];
  const named = execFileSync("sed", [replace], { input: text, encoding: "utf8" });
  assert.equal(objectsOf(named), chart({ image: { repository: "images.example.com/ip-masq-agent" } }));
});

manifestTest("the kustomization in the documentation sets the image and the flags", async () => {
  const blocks = [...readFileSync("docs/install.md", "utf8").matchAll(/^```yaml\n([\s\S]*?)^```$/gm)];
  const [shown = "", labelled = "", generated = ""] = blocks.map((block) => block[1]);
  const image = { repository: "images.example.com/ip-masq-agent" };
  const args = ["--enable-ipv6"];
  const objects = kustomize("mine", shown);
  assert.is(await whatIsWrong(objects), "");
  assert.equal(objects, chart({ image, args }));
  const whole = shown.replace(/^# (components:\n)# ( {2}- \S+\n)# ( {2}- \S+\n)/m, "$1$2$3") + labelled;
  const monitoring = { enabled: true, labels: { release: "kube-prometheus-stack" } };
  assert.equal(kustomize("mine", whole), chart({ image, args, ...READY, monitoring }));
  const names = ["a", "b"].map((config) => {
    const [configMap, daemonSet] = kustomize("mine", shown + generated, config) as [KubeObject, KubeObject];
    assert.is(daemonSet.spec.template.spec.volumes[0].configMap.name, configMap.metadata.name);
    assert.equal(configMap.data, { config });
    return configMap.metadata.name;
  });
  assert.is.not(names[0], names[1], "another config is another version of the DaemonSet");
});

manifestTest("the ConfigMap that the documentation creates is the one that is mounted", () =>
  withFolder((folder) => {
    const text = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";
    writeFileSync(`${folder}/config`, text);
    const args = ["create", "configmap", "ip-masq-agent", `--from-file=${folder}/config`, "--namespace=kube-system"];
    const made: KubeObject = JSON.parse(tool("kubectl", ...args, "--dry-run=client", "--output=json"));
    const [volume] = daemonSet().spec.template.spec.volumes;
    assert.is(volume.configMap.name, made.metadata.name);
    assert.is(made.data[volume.configMap.items[0].key], text);
    const [mount] = daemonSet().spec.template.spec.containers[0].volumeMounts;
    assert.is(`${mount.mountPath}/${volume.configMap.items[0].path}`, "/etc/config/ip-masq-agent");
  }),
);

test.run();
