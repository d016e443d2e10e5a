// The commands: operands, help text and action of each.
import type { Command } from "./command.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    operands: "",
    summary: "maintain the rules (the default without a command)",
    details: [
      "Applies the rules, follows changes to the config at once, and checks the rules every resyncInterval. Nothing is written while they are up to date. If another program changes the agent's rules in nftables or iptables-nft, the agent repairs them at once (--watch-rules).",
      "An invalid config changes nothing: the last valid one stays in force. SIGHUP syncs at once; SIGTERM stops the agent, and the rules stay.",
      "--backend=auto chooses nftables if kube-proxy runs in nftables mode, if iptables is missing or does not support the rules, or if the config sets enforceNonMasquerade; else iptables. Rules of another backend are removed once the new ones are in force.",
      "After a change to the rules, it logs how many open connections keep their old treatment: the kernel decides at the first packet. --reset-changed-flows deletes them.",
    ],
    examples: ["ip-masq-agent --masq-chain=IP-MASQ-AGENT --enable-ipv6"],
    exits: "0 after SIGTERM or SIGINT, 1 for a bad flag value or if --cleanup-on-exit fails, 2 for a usage error",
    load: async () => (await import("./run.ts")).run,
  },
  apply: {
    operands: "[FILE]",
    configOperand: true,
    summary: "apply the rules once",
    details: [
      "Uses the flags and config that it is given, and warns if an agent on this node uses others and will undo the changes. There is one transaction per family, which succeeds or fails as a whole. Nothing is written if the rules are up to date. Rules that another backend left are removed once the new ones are in force.",
      "If something was written, it reports how many open connections keep their old treatment: the kernel decides at the first packet. --reset-changed-flows deletes those that the change affects.",
      "With --backend=windows-cni the CNI config file is replaced as a whole: the policy's CIDRs become the exceptions of its OutBoundNAT policy, and no other byte changes.",
    ],
    examples: [
      "ip-masq-agent apply config.yaml",
      "ip-masq-agent apply --backend=windows-cni --cni-config=C:\\k\\cni.conf",
    ],
    exits: "0 if the rules match the config, else 1; 2 for a usage error",
    load: async () => (await import("./apply.ts")).apply,
  },
  plan: {
    operands: "[FILE]",
    configOperand: true,
    summary: "show what apply would change",
    details: [
      "Reads the rules and writes nothing. If an agent runs on this node, its flags and config are used, except those that are given; --discover-agent=false turns this off.",
      "A line with ~ shows addresses whose verdict changes, such as from kept to masqueraded. A line with + or - shows an entry that is added or removed without changing a verdict, or another program's rule that is removed from the agent's chain. --rules also shows the rules as a diff: + added, - removed; the others stay, with their counters. The leftover rules of other backends are counted at the end.",
    ],
    examples: ["ip-masq-agent plan config.yaml --exit-code"],
    exits: "0; with --exit-code 2 if something would change; 1 for any error",
    usageExit: 1,
    load: async () => (await import("./plan.ts")).plan,
  },
  check: {
    operands: "[FILE…]",
    summary: "check config files, without privileges",
    details: [
      "Reports every problem with its position and what to write instead. - is standard input; without FILE, the config of --config is checked. In a folder, the files whose names start with ip-masq are read; in a Kubernetes ConfigMap, the config inside.",
      "Warnings do not make a config invalid, unless --strict is given. --output=github prints each problem as an annotation, which GitHub Actions shows beside the line.",
    ],
    examples: [
      "ip-masq-agent check config.yaml",
      "ip-masq-agent check --strict --output=github config.yaml",
      "kubectl get cm … -o jsonpath=… | ip-masq-agent check --enable-ipv6 -",
    ],
    exits: "0 if all are valid, else 1; 2 for a usage error",
    load: async () => (await import("./check.ts")).check,
  },
  explain: {
    operands: "ADDRESS…",
    summary: "show what happens to packets to an address or a CIDR, and why",
    details: [
      "Verdicts: keep: the packet keeps the pod's address; masquerade: it gets the node's; snat: it gets an address from the config. The entry with the longest prefix that contains the address decides. A CIDR is split into parts, each decided by one entry.",
      "If the verdict depends on the source or the interface, the output says so; set them with --source and --output-interface. --cidrs uses a plain list of any length instead of the config.",
      "Packets to the node's own addresses never reach the chain: the jump skips them. If an agent runs on this node, its config is used, unless --config is given.",
    ],
    examples: [
      "ip-masq-agent explain 10.1.2.3 8.8.8.8 --config=config.yaml",
      "ip-masq-agent explain 10.0.0.0/8 --source=10.244.1.7 --output-interface=eth0",
    ],
    exits: "0; 1 if something is neither an address nor a CIDR, or the config is invalid; 2 for a usage error",
    load: async () => (await import("./explain.ts")).explain,
  },
  classify: {
    operands: "[FILE…]",
    summary: "show the verdict for every line of logs or flow tables",
    details: [
      "Prints the address of each line, the verdict and the entry that decides. FILE may be a folder, which means all files in it, and files may be compressed with gzip, or with zstd if the runtime supports it. Without FILE, or with -, it reads standard input. All processors are used; the output keeps the order of the lines.",
      "The destination decides. It is recognized in conntrack -L, with or without -o extended, in VPC flow logs of AWS, GCP and Azure, in CSV with a header, in JSON lines, in lines with NAME=VALUE, and in lines with a single address. If it is unclear which address is the destination, nothing is judged: name its key, its column or its path in a JSON object (a.b.c) with --key, or the number of the field with --field.",
      "An address must be a whole word: 10.0.0.1:443, [2001:db8::1]:443 and src=10.0.0.1 contain one; 12:30:45 and 1.2.3.4.5 do not.",
      "If the config limits sources or interfaces, give the place of the source address in a line with --source-key or --source-field (in conntrack's format it is known), and the interface that the packets leave through with --output-interface; without them the output says what a verdict depends on.",
      "tcpdump appends the port after a fifth dot: use its -n, and strip the port with awk as in the example.",
      "Lines without a recognizable address are counted, and the first few are shown. With --output=json each line becomes an object with its number, and its file if there are several.",
    ],
    examples: [
      "ip-masq-agent classify --config=config.yaml --summary addresses.txt",
      "ip-masq-agent classify --config=config.yaml --summary AWSLogs/",
      "conntrack -L | ip-masq-agent classify --only=masquerade",
      "tcpdump -n -l 'tcp or udp' |\n  awk '{ sub(/\\.[0-9]+:$/, \"\", $5); print $5 }' | ip-masq-agent classify",
    ],
    exits: "0; 1 if the config is invalid, or the input cannot be read or is ambiguous; 2 for a usage error",
    load: async () => (await import("./classify.ts")).classify,
  },
  impact: {
    operands: "--from=FILE --to=FILE [FILE…]",
    summary: "show which flows a change to the config would treat differently",
    details: [
      "Reads lines as classify does, judges each with both configs, and counts those whose verdict changes, by the entries that decide. Lines for which this depends on something they do not contain are counted separately. --from and --to name configs or lists of CIDRs.",
      "Without FILE, if standard input is a terminal or /dev/null, it shows the addresses that would be treated differently.",
      "With --live it judges the open connections of this node, which it reads from the kernel or with conntrack; --from then defaults to the config of the agent on this node, or --config. Connections that start or end at the node itself do not count. It also lists connections that are not treated as that config says: the kernel decides at the first packet, so a change to the config does not affect open ones.",
    ],
    examples: [
      "conntrack -L | ip-masq-agent impact --from=old.yaml --to=new.yaml",
      "ip-masq-agent impact --from=old.yaml --to=new.yaml < /dev/null",
      "ip-masq-agent impact --live --to=new.yaml",
    ],
    exits:
      "0, whether or not something would change; 1 if a config is invalid or the input cannot be read; 2 for a usage error",
    load: async () => (await import("./impact.ts")).impact,
  },
  status: {
    operands: "[FILE]",
    configOperand: true,
    summary: "show whether the rules are in sync, with their counters",
    details: [
      "If an agent runs on this node, its flags and config are used, except those that are given; --discover-agent=false turns this off.",
      "The first line names the backend and why it was chosen. Then come the changes that a sync would make, as plan shows them, and the entries in force with the number of connections that each has decided: NAT sees only the first packet of a connection. --rules also shows the rules with their own counters.",
    ],
    examples: ["ip-masq-agent status -o json"],
    exits: "0; with --exit-code 2 if something would change; 1 for any error",
    usageExit: 1,
    load: async () => (await import("./status.ts")).status,
  },
  doctor: {
    operands: "[--flow SRC DST]",
    summary: "check the whole node for anything that prevents the config from taking effect",
    details: [
      "Reads the config, the rules, /proc and /etc/cni, and writes nothing. Each finding gives the problem, the evidence, why it matters and how to fix it. What cannot be read is listed too: without privileges that is most of the rules.",
      "With --flow it follows one connection through all chains of the postrouting NAT hook, of both iptables variants and of every nftables table, in the order in which the kernel calls them: it shows rule by rule which one decides, whichever program wrote it, and the source address that the destination sees. SRC and DST are addresses or CIDRs. If the answer depends on something unknown, it is maybe, followed by what would make it definite: --protocol, --port, --source-port, --output-interface or --mark, or a match that is not interpreted. Without --output-interface the interface comes from the main routing table.",
    ],
    examples: [
      "ip-masq-agent doctor",
      "ip-masq-agent doctor --output=json | jq '.findings[].what'",
      "ip-masq-agent doctor --flow 10.244.1.7 10.99.0.1 --protocol=tcp --port=443",
    ],
    exits: "0 with --flow, or if there are no errors or warnings; 2 if there are; 1 if the checks could not run",
    usageExit: 1,
    load: async () => (await import("./doctor.ts")).doctor,
  },
  cleanup: {
    operands: "",
    summary: "remove the agent's rules, nothing else",
    details: [
      "Removes the rules of every backend, for both families: the chain and the jump to it in every iptables variant that has tables, and the nftables table. --backend limits it to one backend, --iptables-variant to one variant of iptables.",
      "If an agent runs on this node, its flags are used, and a warning says that it will write the rules again. A chain stays, with its rules, while other programs' rules jump to it. A CNI config file (--backend=windows-cni) is not changed: the previous contents of its list are not known.",
    ],
    examples: ["ip-masq-agent cleanup"],
    exits: "0 if nothing is left, else 1; 2 for a usage error",
    load: async () => (await import("./cleanup.ts")).cleanup,
  },
  render: {
    operands: "[FILE]",
    configOperand: true,
    summary: "print the transaction that creates the rules, or the policy as a table",
    details: [
      "Reads only the config and needs no privileges. --to chooses the backend; by default the output is for iptables-restore, or for nft if the config sets enforceNonMasquerade.",
      "With --to=windows-cni it prints the CNI config file with the policy in it.",
      "With --to=table it prints the policy as CIDRs that do not overlap and together cover every address, each with its verdict and the entry that decides. --format chooses CSV, JSON lines or SQL. With --from it prints only the CIDRs whose verdict differs from that config or list, with both verdicts. docs/at-scale.md shows how to evaluate logs with it in a database.",
    ],
    examples: [
      "ip-masq-agent render --family=ipv4 | iptables-restore --noflush",
      "ip-masq-agent render --to=nftables | nft -f -",
      "ip-masq-agent render --to=windows-cni --cni-config=cni.conf",
      "ip-masq-agent render --to=table config.yaml > policy.csv",
      "ip-masq-agent render --to=table --from=old.yaml new.yaml --format=sql",
    ],
    exits: "0; 1 if the config is invalid; 2 for a usage error",
    load: async () => (await import("./render.ts")).render,
  },
  preview: {
    operands: "[FILE]",
    configOperand: true,
    summary: "show a config's effect in a browser",
    details: [
      "Serves one page on 127.0.0.1 until Ctrl-C, or writes it to a file with --page: the config in an editor, the rules, verdicts for addresses, a map of the address space. As root it also includes the node's own rules for comparison. The page runs entirely in the browser and sends nothing.",
    ],
    examples: ["ip-masq-agent preview config.yaml", "ip-masq-agent preview --page=preview.html"],
    exits: "0; 1 if the config cannot be read or the page cannot be served or written; 2 for a usage error",
    load: async () => (await import("./preview.ts")).preview,
  },
  optimize: {
    operands: "FILE",
    summary: "print the smallest list of CIDRs with the same meaning",
    details: [
      "FILE is a config, or a plain list with one CIDR or address per line and # comments; - is standard input. An entry inside another is removed, and two halves of a prefix become that prefix; standard error lists the changes.",
      "A config is printed in full; apart from its lists, all text stays the same, including comments. A list may be longer than cidrLimit. A plain list is printed sorted.",
    ],
    examples: [
      "ip-masq-agent optimize config.yaml > smaller.yaml",
      "ip-masq-agent optimize --write --enable-ipv6 config.yaml",
    ],
    exits: "0; with --exit-code 2 if the list can be smaller; 1 for any error",
    usageExit: 1,
    load: async () => (await import("./optimize.ts")).optimize,
  },
  completion: {
    operands: "bash|zsh|fish",
    summary: "print a script that completes commands and flags",
    details: [
      "To try it: source <(ip-masq-agent completion bash), the same with zsh, or ip-masq-agent completion fish | source. To keep it, write it to the folder where the shell looks, as in the examples, and start a new shell.",
      "bash needs the package bash-completion, zsh needs compinit in ~/.zshrc. If you cannot write to these folders, use ~/.local/share/bash-completion/completions/ip-masq-agent, or a folder of your own in fpath.",
    ],
    examples: [
      "ip-masq-agent completion bash > /etc/bash_completion.d/ip-masq-agent",
      'ip-masq-agent completion zsh > "$fpath[1]/_ip-masq-agent"',
      "mkdir -p ~/.config/fish/completions",
      "ip-masq-agent completion fish > ~/.config/fish/completions/ip-masq-agent.fish",
    ],
    exits: "0; 2 for a usage error",
    load: async () => {
      const { completion } = await import("./completion.ts");
      return (_settings, words, io) => completion(COMMANDS, words, io);
    },
  },
  version: {
    operands: "",
    summary: "print the version",
    details: [],
    examples: [],
    exits: "0",
    load: async () => (await import("./version.ts")).version,
  },
};
