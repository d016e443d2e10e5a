// The manifest for Windows nodes is valid, consistent with the agent, and like the one for Linux where both may be alike.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { parseFlags } from "../../src/cli/flags.ts";
import { settingsOf } from "../../src/cli/settings.ts";
import { whatIsWrong } from "./kinds.ts";
import { type KubeObject, kustomize, manifestTest } from "./objects.ts";

const daemonSet = parse(readFileSync("deploy/kustomize/windows/daemonset.yaml", "utf8"));
const linux = parse(readFileSync("deploy/kustomize/base/daemonset.yaml", "utf8"));
const [pod, linuxPod] = [daemonSet.spec.template.spec, linux.spec.template.spec];
const [[container], [linuxContainer]] = [pod.containers, linuxPod.containers];

manifestTest("kustomize renders it unchanged, and the API server accepts it", async () => {
  assert.equal(kustomize("windows"), [daemonSet]);
  assert.is(await whatIsWrong([daemonSet]), "");
});

manifestTest(
  "the kustomization in the documentation sets its file, and with monitoring Prometheus can reach it",
  async () => {
    const [, shown = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync("docs/windows.md", "utf8")) ?? [];
    const objects = kustomize("mine", shown.replace(/^# /gm, ""));
    assert.is(await whatIsWrong(objects), "");
    const [ours, monitor] = objects as [KubeObject, KubeObject];
    const [{ args, ports }] = ours.spec.template.spec.containers;
    assert.equal(
      args,
      container.args.map((arg: string) =>
        arg.replace("127.0.0.1", "").replace(/^(--cni-config=).*/, "$1C:\\etc\\cni\\net.d\\10-flannel.conf"),
      ),
    );
    assert.equal(monitor.spec.selector, ours.spec.selector);
    assert.is(monitor.spec.podMetricsEndpoints[0].port, ports[0].name);
  },
);

test("it runs as a HostProcess container on every Windows node, and on no other", () => {
  assert.equal(pod.nodeSelector, { "kubernetes.io/os": "windows" });
  assert.equal(pod.securityContext.windowsOptions, { hostProcess: true, runAsUserName: "NT AUTHORITY\\SYSTEM" });
  assert.not.equal(daemonSet.spec.selector, linux.spec.selector);
  assert.equal(daemonSet.spec.selector.matchLabels, daemonSet.spec.template.metadata.labels);
});

test("everything that is not specific to Windows is as for Linux", () => {
  const named = (name: string) => (one: { name: string }) => one.name === name;
  assert.equal(pod.volumes, linuxPod.volumes.filter(named("config")));
  assert.equal(container.volumeMounts, linuxContainer.volumeMounts.filter(named("config")));
  for (const field of ["tolerations", "priorityClassName", "automountServiceAccountToken", "hostNetwork"]) {
    assert.equal(pod[field], linuxPod[field], field);
  }
  assert.equal(daemonSet.spec.updateStrategy, linux.spec.updateStrategy);
});

test("the agent accepts the arguments, and its config is where it is mounted", () => {
  const parsed = parseFlags(container.args);
  assert.equal(parsed.words, ["run"]);
  const { backendFlag, paths, listen } = settingsOf(parsed);
  assert.is(backendFlag("cni-config"), "C:\\k\\cni\\config\\cni.conf");
  assert.equal(listen, { host: "127.0.0.1", port: container.ports[0].containerPort });
  const [{ mountPath }] = container.volumeMounts;
  const [{ path }] = pod.volumes[0].configMap.items;
  assert.is(paths[0]?.replaceAll("\\", "/"), `%CONTAINER_SANDBOX_MOUNT_POINT%${mountPath}/${path}`);
});

test("probes use pages that exist, at the address where they are served", () => {
  for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
    assert.match(readFileSync("docs/metrics.md", "utf8"), `## ${httpGet.path}\n`);
    assert.equal([httpGet.host, httpGet.port], ["127.0.0.1", container.ports[0].name]);
  }
});

test("its image has the package's version", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.is(container.image, `ip-masq-agent:${version}-windows`);
});

test.run();
