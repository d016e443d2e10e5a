// The stand-ins refuse calls that the real programs would refuse, and calls that do not fit deploy/.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { STAND_INS } from "./stand-ins/index.ts";
import { newWorld } from "./stand-ins/world.ts";

const standInTest = process.env.NO_MANIFESTS ? test.skip : test;
const IMAGE = "images.example.com/ip-masq-agent:0.1.0";
const DEBUG = "kubectl debug node/node-1 --profile=sysadmin --arguments-only";
const IN = "--namespace=kube-system";

/** Calls one after the other, and why the last one is refused; accepted if that is undefined. */
const CASES: readonly (readonly [calls: string, refused: RegExp | undefined])[] = [
  ["kubectl", /unknown command/],
  ["kubectl rollback daemonset/ip-masq-agent", /unknown command rollback/],
  [`kubectl rollout status daemonset/ip-masq-agent ${IN}`, undefined],
  [`kubectl rollout status daemonset/ip-masq-agent ${IN} --wait`, /unknown option --wait/],
  [`kubectl rollout status daemonset/masq-agent ${IN}`, /no DaemonSet masq-agent/],
  [`kubectl rollout status deployment/ip-masq-agent ${IN}`, /is not a DaemonSet/],
  ["kubectl rollout status daemonset/ip-masq-agent", /nothing in namespace undefined/],
  ["kubectl rollout status daemonset/ip-masq-agent -n default", /nothing in namespace default/],
  ["kubectl apply -f deploy/ip-masq-agent.yaml", /nodes cannot get the image ip-masq-agent:/],
  ["kubectl apply -f deploy/ip-masq.yaml", /no such file/],
  ["kubectl apply", /write -f or -k/],
  ["kubectl apply -k deploy/kustomize/yours", /evalsymlink|not a valid directory/],
  ["kubectl apply -k deploy/kustomize/mine", undefined],
  [
    "docker build --tag=ip-masq-agent:0.1.0 . && kind load docker-image ip-masq-agent:0.1.0 && kubectl apply -f deploy/ip-masq-agent.yaml",
    undefined,
  ],
  [`kubectl create configmap ip-masq-agent --from-file=config=docs/examples/config.yaml ${IN}`, undefined],
  [`kubectl create configmap ip-masq-agent --from-file=docs/examples/config.yaml ${IN}`, /no key config/],
  [
    `kubectl create configmap masq --from-file=config=docs/examples/config.yaml ${IN}`,
    /no pod mounts a ConfigMap masq/,
  ],
  [`kubectl get configmap ip-masq ${IN} -o yaml`, /no ConfigMap ip-masq/],
  [`kubectl get pods ${IN} --selector=app=ip-masq-agent --field-selector=spec.nodeName=node-1`, /no pod has the label/],
  [`kubectl exec daemonset/ip-masq-agent ${IN} -- ip-masq-agent status`, undefined],
  [`kubectl exec daemonset/ip-masq-agent ${IN} -- sh`, /no program sh/],
  [`kubectl exec daemonset/ip-masq-agent ${IN} -c agent -- ip-masq-agent status`, /no such container/],
  [`kubectl exec other-pod ${IN} -- ip-masq-agent status`, /is not a DaemonSet/],
  [
    `kubectl exec ip-masq-agent-x7k2p ${IN} -- ip-masq-agent preview --port=8080 && kubectl port-forward ip-masq-agent-x7k2p 8080 ${IN}`,
    undefined,
  ],
  [`kubectl port-forward ip-masq-agent-x7k2p 8080 ${IN}`, /nothing serves port 8080/],
  [`${DEBUG} --image=${IMAGE} -- cleanup`, undefined],
  [`${DEBUG} --image=ip-masq-agent -- cleanup`, /is not the image/],
  [`${DEBUG} --image=${IMAGE} -- plan --config=-`, /standard input is not the config/],
  [`kubectl debug node/node-1 --image=${IMAGE} --profile=sysadmin -- cleanup`, /without --arguments-only/],
  ["kubectl label namespace x pod-security.kubernetes.io/enforce=baseline", /does not admit the pod/],
  [`kubectl delete daemonset ip-masq-agent ${IN}`, /the rules would stay/],
  [`kubectl patch daemonset ip-masq-agent ${IN} --type=json --patch=[{"op":"add","path":"/spec/x/y","value":1}]`, /./],
  [
    `kubectl patch daemonset ip-masq-agent ${IN} --type=json --patch=[{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--clean"}]`,
    /flag provided but not defined: -clean/,
  ],
  ["helm destroy x", /unknown command/],
  [`helm install ip-masq-agent deploy/chart ${IN}`, /image\.repository is not set/],
  [`helm install ip-masq-agent deploy/chart ${IN} --set=image.name=x`, /name/],
  [`helm install ip-masq-agent deploy/charts ${IN} --set=image.repository=x`, /./],
  ["helm install ip-masq-agent deploy/chart --set=image.repository=x", /another namespace/],
  [`helm install ip-masq-agent deploy/chart ${IN} --set=image.repository=x --force-upgrade`, /unknown option/],
  [`helm install ip-masq-agent oci://images.example.com/charts/x ${IN} --version=0.1.0`, /no chart has been pushed/],
  [`helm uninstall ip-masq-agent ${IN}`, /the rules would stay/],
  [
    `helm upgrade ip-masq-agent deploy/chart ${IN} --reuse-values --set=cleanupOnExit=true && helm uninstall ip-masq-agent ${IN}`,
    undefined,
  ],
  ["docker build .", /the image has no name/],
  ["docker build --tag=ip-masq-agent:0.2.0 .", /do not have the image/],
  ["docker build --tag=ip-masq-agent:0.1.0", /needs a context/],
  ["docker build --push --tag=ip-masq-agent:0.1.0 .", /unknown option --push/],
  ["docker buildx build --push --tag=ip-masq-agent:0.1.0 .", /no registry to push to/],
  [`docker buildx build --build-arg=NODE=1 --tag=${IMAGE} .`, /no argument NODE=1/],
  [`docker buildx build --target=bun --tag=${IMAGE} .`, /no target bun/],
  [`docker buildx build --platform=windows/amd64 --tag=${IMAGE} .`, /not for windows/],
  ["docker push x", /unknown command/],
  ["kind load docker-image ip-masq-agent:0.1.0", /has been built/],
  ["npm run prettier", /no script prettier/],
  ["npm test --unit", /write -- before it/],
  ["npm test polizy", /no test has polizy/],
  ["npm run torture -- storm", /no part storm/],
  ["npm run torture -- kill --minute=2", /unknown option --minute/],
  ["npm run torture -- kill --minutes=2 --seed=7", undefined],
  ["npm run bench -- storm", /no storm/],
  ["npm pkg set config.runbook=x", /no config\.runbook/],
  ["ip-masq-agent explian 10.1.2.3", /no command explian/],
  ["ip-masq-agent check --live", /check does not take --live/],
  ["ip-masq-agent check --strikt", /not defined: -strikt/],
  ["gh attestation verify agent.mjs --repo a/b", /no release has agent\.mjs/],
  ["curl 127.0.0.1:9411/readyz", /serves on 127\.0\.0\.1:9410/],
  ["curl 127.0.0.1:9410/ready", /no page/],
  ["sysctl net.netfilter.nf_contrack_max", /the kernel has no/],
  ["modprobe nft_masq nft_fib_ipv4", /without --all/],
];

for (const [calls, refused] of CASES) {
  standInTest(calls, () => {
    const world = newWorld("");
    const all = calls.split(" && ").map((call) => call.split(" "));
    const make = ([program = "", ...args]: readonly string[]) =>
      STAND_INS[program]?.({ args, folder: ".", input: "", isNamed: false }, world);
    for (const call of all.slice(0, -1)) make(call);
    const last = all.at(-1) ?? [];
    if (refused)
      assert.throws(
        () => make(last),
        (error: Error) => refused.test(`${error.message} ${(error as { stderr?: string }).stderr}`),
      );
    else assert.not.throws(() => make(last));
  });
}

test.run();
