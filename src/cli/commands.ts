// The commands: what each is called with, what it says of itself, and what carries it out.
import { apply } from "./apply.ts";
import { check } from "./check.ts";
import { classify } from "./classify.ts";
import { cleanup } from "./cleanup.ts";
import type { Command } from "./command.ts";
import { completion } from "./completion.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { impact } from "./impact.ts";
import { optimize } from "./optimize.ts";
import { plan } from "./plan.ts";
import { preview } from "./preview.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    operands: "",
    summary: "keep the rules in place (the default without a command)",
    details: [
      "Applies the rules, follows changes of the config at once, and checks the rules every resyncInterval. Nothing is written while they are up to date. Changes of nftables rules by other programs, which include those of iptables-nft, are repaired at once (--watch-rules).",
      "An invalid config changes nothing: the last valid one stays in force. SIGHUP syncs at once; SIGTERM ends the agent, and the rules stay.",
      "--backend=auto chooses nftables if kube-proxy runs in nftables mode, if iptables is missing or cannot hold the rules, or if the config sets enforceNonMasquerade; else iptables. Rules of another backend are removed once the new ones are in force.",
      "After a change of the rules it logs how many open connections keep the old treatment: the kernel decides at the first packet. --reset-changed-flows deletes them.",
    ],
    examples: ["ip-masq-agent --masq-chain=IP-MASQ-AGENT --enable-ipv6"],
    exits: "0 after SIGTERM or SIGINT, 1 for a bad flag value or if --cleanup-on-exit fails, 2 for bad usage",
    action: run,
  },
  apply: {
    operands: "[FILE]",
    configOperand: true,
    summary: "apply the rules once",
    details: [
      "Uses its own flags and config, and warns if an agent that runs here has others and undoes it. One transaction per family, which succeeds or fails as a whole. Nothing is written if the rules are already up to date. Rules that another backend left are removed once the new ones are in force.",
      "If something was written, it says how many open connections are not treated as the new rules say: the kernel decides at the first packet. --reset-changed-flows deletes those that a change concerns.",
      "With --backend=windows-cni the CNI config file is replaced as a whole, with the policy's CIDRs as the exceptions of its OutBoundNAT policy; every other byte stays.",
    ],
    examples: [
      "ip-masq-agent apply config.yaml",
      "ip-masq-agent apply --backend=windows-cni --cni-config=C:\\k\\cni.conf",
    ],
    exits: "0 if the rules are as the config wants them, else 1; 2 for bad usage",
    action: apply,
  },
  plan: {
    operands: "[FILE]",
    configOperand: true,
    summary: "show what apply would change",
    details: [
      "Reads the rules and writes nothing. Where an agent runs, its flags and its config are used, except those that are given (--discover-agent=false: none).",
      "Lines with ~ say whose verdict changes: an address is kept or masqueraded. With + and - an entry comes or goes that changes no verdict, and rules of others in the agent's own chain go. --rules also shows the rules as a diff: + added, - removed; the others stay, with their counters. Rules that another backend left are counted below.",
    ],
    examples: ["ip-masq-agent plan config.yaml --exit-code"],
    exits: "0; with --exit-code 2 if something would change; 1 for any error",
    usageExit: 1,
    action: plan,
  },
  check: {
    operands: "[FILE…]",
    summary: "check config files, without privileges",
    details: [
      "Reports every problem with its place and what to write instead. - is standard input; without FILE, the config of --config. A folder stands for the files in it whose names start with ip-masq; a Kubernetes ConfigMap for the config in it.",
      "Warnings do not make a config invalid, unless --strict is given. --output=github prints each problem as an annotation, which GitHub Actions shows beside the line.",
    ],
    examples: [
      "ip-masq-agent check config.yaml",
      "ip-masq-agent check --strict --output=github config.yaml",
      "kubectl get cm … -o jsonpath=… | ip-masq-agent check --enable-ipv6 -",
    ],
    exits: "0 if all are valid, else 1; 2 for bad usage",
    action: check,
  },
  explain: {
    operands: "ADDRESS…",
    summary: "show what happens to packets to an address or a CIDR, and why",
    details: [
      "Takes CIDRs too. keep: the packet keeps the pod's address. masquerade: it gets the node's. snat: it gets an address that the config names. The entry with the longest prefix that contains the address decides; a CIDR is shown in parts with one entry each.",
      "If the verdict depends on the source or the interface, it says so; --source and --output-interface name them. --cidrs asks a plain list of any length in place of the config.",
      "Addresses of the node itself never come to the chain: the jump passes them by. Where an agent runs, its config is used, unless --config is given.",
    ],
    examples: [
      "ip-masq-agent explain 10.1.2.3 8.8.8.8 --config=config.yaml",
      "ip-masq-agent explain 10.0.0.0/8 --source=10.244.1.7 --output-interface=eth0",
    ],
    exits: "0; 1 if something is neither an address nor a CIDR, or the config is invalid; 2 for bad usage",
    action: explain,
  },
  classify: {
    operands: "[FILE…]",
    summary: "show the verdict for every line of logs or flow tables",
    details: [
      "Prints the address of each line, the verdict and the entry that decides. A FILE may be a folder, which stands for all files in it, and compressed with gzip, or with zstd if the runtime reads it. Without FILE, or with -, reads standard input. All processors are used; the output has the order of the lines.",
      "The destination decides. It is found in conntrack -L, with -o extended and without, in VPC flow logs of AWS, GCP and Azure, in CSV with a header, in JSON lines, in lines with NAME=VALUE, and in lines with a single address. If it is not certain which address is the destination, nothing is judged: --key names what stands before it, its column, or its path in a JSON object (a.b.c), and --field the number of the field.",
      "An address is a whole word: 10.0.0.1:443, [2001:db8::1]:443 and src=10.0.0.1 hold one; 12:30:45 and 1.2.3.4.5 are none.",
      "If the config limits sources or interfaces, --source-key or --source-field says where a line has its source (conntrack's is known), and --output-interface by which interface the packets leave; without them the answer says what it depends on.",
      "tcpdump writes ports behind a fifth dot: give it -n, and awk takes them off as in the example.",
      "Lines without a certain address are counted, the first few shown. With --output=json every line gives an object with its number, and its file if there are several.",
    ],
    examples: [
      "ip-masq-agent classify --config=config.yaml --summary addresses.txt",
      "ip-masq-agent classify --config=config.yaml --summary AWSLogs/",
      "conntrack -L | ip-masq-agent classify --only=masquerade",
      "tcpdump -n -l 'tcp or udp' |\n  awk '{ sub(/\\.[0-9]+:$/, \"\", $5); print $5 }' | ip-masq-agent classify",
    ],
    exits: "0; 1 if the config is invalid, or the input cannot be read or is not certain; 2 for bad usage",
    action: classify,
  },
  impact: {
    operands: "--from=FILE --to=FILE [FILE…]",
    summary: "show which flows a change of the config would treat differently",
    details: [
      "Reads lines as classify does, judges each by both configs, and counts those whose verdict changes, by the entries that decide. Lines are counted apart if that depends on something they do not say. FILEs of --from and --to are configs or lists of CIDRs.",
      "Without FILE, if standard input is a terminal or /dev/null, there are no lines: it shows which addresses would be treated differently.",
      "With --live it judges the open connections of this node, which it reads from the kernel or with conntrack; --from is then the config of the agent that runs here, or --config, unless given. Connections of the node itself and those that end at it do not count. It also lists connections that are not treated as that config says: the kernel decides at the first packet, so a change of the config leaves open ones as they are.",
    ],
    examples: [
      "conntrack -L | ip-masq-agent impact --from=old.yaml --to=new.yaml",
      "ip-masq-agent impact --from=old.yaml --to=new.yaml < /dev/null",
      "ip-masq-agent impact --live --to=new.yaml",
    ],
    exits: "0, whatever would change; 1 if a config is invalid or the input cannot be read; 2 for bad usage",
    action: impact,
  },
  status: {
    operands: "[FILE]",
    configOperand: true,
    summary: "show whether the rules are in place, with their counters",
    details: [
      "Where an agent runs, its flags and its config are used, except those that are given (--discover-agent=false: none).",
      "The first line names the backend and why it was chosen. Changes that a sync would make are shown as plan shows them, then the entries that are in force and how many connections each has decided about: NAT sees the first packet of a connection only. --rules also shows the rules with their own counters.",
    ],
    examples: ["ip-masq-agent status -o json"],
    exits: "0; with --exit-code 2 if something would change; 1 for any error",
    usageExit: 1,
    action: status,
  },
  doctor: {
    operands: "[--flow SRC DST]",
    summary: "check the whole node for what defeats the config",
    details: [
      "Reads the config, the rules, /proc and /etc/cni, and writes nothing. Each finding says what is wrong, what shows it, why it matters and what to do. What may not be read is listed too: without privileges that is most of the rules.",
      "With --flow it walks one connection through all chains of the postrouting NAT hook, of both iptables variants and of every nftables table, in the order in which the kernel calls them: it shows rule by rule which one decides, whoever's it is, and what the outside sees. SRC and DST are addresses or CIDRs. If the answer depends on what is not known, it is maybe, with what would decide: --protocol, --port, --source-port, --output-interface or --mark, or a match that is not interpreted. Without --output-interface the main routing table tells the interface.",
    ],
    examples: [
      "ip-masq-agent doctor",
      "ip-masq-agent doctor --output=json | jq '.findings[].what'",
      "ip-masq-agent doctor --flow 10.244.1.7 10.99.0.1 --protocol=tcp --port=443",
    ],
    exits: "0 if all is well, and with --flow; 2 if there are errors or warnings; 1 if it could not work",
    usageExit: 1,
    action: doctor,
  },
  cleanup: {
    operands: "",
    summary: "remove the agent's rules, nothing else",
    details: [
      "Removes what any backend left, of both families: the chain and the jump to it in every iptables variant that has tables, and the nftables table. With --backend it removes only what that backend keeps; --iptables-variant limits it to one variant of iptables.",
      "Where an agent runs, its flags are used, and a warning says that it writes the rules again. A chain stays, with its rules, while rules of other programs lead to it. A CNI config file (--backend=windows-cni) stays as it is: what its list held before is not known.",
    ],
    examples: ["ip-masq-agent cleanup"],
    exits: "0 if nothing is left, else 1; 2 for bad usage",
    action: cleanup,
  },
  render: {
    operands: "[FILE]",
    configOperand: true,
    summary: "print the transaction that creates the rules, or the policy as a table",
    details: [
      "Reads only the config and needs no privileges. --to chooses for what tool; without it that is iptables-restore, or nft if the config sets enforceNonMasquerade.",
      "With --to=windows-cni it prints the CNI config file with the policy in it.",
      "With --to=table it prints the policy as CIDRs that do not overlap, each with its verdict and the entry that decides: every address lies in one. --format says whether as CSV, JSON lines or SQL. With --from it prints only the CIDRs whose verdict differs from that config or list, with both verdicts. docs/at-scale.md shows how databases judge logs by it.",
    ],
    examples: [
      "ip-masq-agent render --family=ipv4 | iptables-restore --noflush",
      "ip-masq-agent render --to=nftables | nft -f -",
      "ip-masq-agent render --to=windows-cni --cni-config=cni.conf",
      "ip-masq-agent render --to=table config.yaml > policy.csv",
      "ip-masq-agent render --to=table --from=old.yaml new.yaml --format=sql",
    ],
    exits: "0; 1 if the config is invalid; 2 for bad usage",
    action: render,
  },
  preview: {
    operands: "[FILE]",
    configOperand: true,
    summary: "show in a browser what a config does",
    details: [
      "Serves one page on 127.0.0.1 until Ctrl-C, or writes it with --page: the config in an editor, the rules, verdicts for addresses, a map of the address space. As root it also has the node's own rules to compare with. The page runs in the browser alone and sends nothing.",
    ],
    examples: ["ip-masq-agent preview config.yaml", "ip-masq-agent preview --page=preview.html"],
    exits: "0; 1 if the config cannot be read or the page cannot be served or written; 2 for bad usage",
    action: preview,
  },
  optimize: {
    operands: "FILE",
    summary: "print the smallest list of CIDRs that means the same",
    details: [
      "FILE is a config, or a plain list with a CIDR or an address a line and # comments; - is standard input. Entries inside another go, two halves of a prefix become that prefix, and standard error lists them.",
      "A config is printed whole: what is not about these entries stays as it is, comments and order too, and its list may be longer than its cidrLimit. Of a plain list the smallest one is printed, sorted.",
    ],
    examples: [
      "ip-masq-agent optimize config.yaml > smaller.yaml",
      "ip-masq-agent optimize --write --enable-ipv6 config.yaml",
    ],
    exits: "0; with --exit-code 2 if the list can be smaller; 1 for any error",
    usageExit: 1,
    action: optimize,
  },
  completion: {
    operands: "bash|zsh|fish",
    summary: "print a script that completes commands and flags",
    details: [
      "To try it: source <(ip-masq-agent completion bash), the same with zsh, or ip-masq-agent completion fish | source. To keep it, write it where the shell looks, as in the examples, and start a new shell.",
      "bash looks there with the package bash-completion, zsh with compinit in ~/.zshrc. Without the right to write there: ~/.local/share/bash-completion/completions/ip-masq-agent, or a folder of your own in fpath.",
    ],
    examples: [
      "ip-masq-agent completion bash > /etc/bash_completion.d/ip-masq-agent",
      'ip-masq-agent completion zsh > "$fpath[1]/_ip-masq-agent"',
      "mkdir -p ~/.config/fish/completions",
      "ip-masq-agent completion fish > ~/.config/fish/completions/ip-masq-agent.fish",
    ],
    exits: "0; 2 for bad usage",
    action: (_settings, words, io) => completion(COMMANDS, words, io),
  },
  version: {
    operands: "",
    summary: "print the version",
    details: [],
    examples: [],
    exits: "0",
    action: version,
  },
};
