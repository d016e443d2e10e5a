// Random rules for the postrouting NAT hook: tables of both iptables variants and of nftables, as text for their tools.
import type { Family } from "../../src/core/index.ts";
import type { Random } from "../random-of.ts";

/** The values that packets and rules are drawn from. */
export const POOLS = {
  ipv4: {
    sources: ["10.244.0.2", "10.244.0.3", "10.244.7.9", "172.17.0.5"],
    sourceBlocks: ["10.244.0.0/16", "10.244.0.0/24", "10.244.0.2/32", "172.17.0.0/16", "10.0.0.0/8"],
    sourceRanges: ["10.244.0.3-10.244.7.9", "10.244.0.0-10.244.0.2", "172.16.0.0-172.31.255.255"],
    destinations: ["10.99.0.1", "10.99.5.1", "203.0.113.10", "10.98.0.1", "198.18.0.10"],
    destinationBlocks: [
      "10.0.0.0/8",
      "10.99.0.0/16",
      "10.99.0.0/24",
      "203.0.113.0/24",
      "198.18.0.0/15",
      "10.98.0.1/32",
    ],
    destinationRanges: ["10.98.0.0-10.99.4.255", "198.0.0.0-203.0.113.255"],
    translations: ["192.0.2.50", "192.0.2.60-192.0.2.63", "203.0.113.99"],
    service: { address: "10.96.0.1", pod: "10.99.0.1" },
    network: "100.64.0.0/10",
    host: 32,
  },
  ipv6: {
    sources: ["fd00:244::2", "fd00:244::3", "fd00:244:7::9", "fd00:17::5"],
    sourceBlocks: ["fd00:244::/32", "fd00:244::/64", "fd00:244::2/128", "fd00:17::/32", "fd00::/8"],
    sourceRanges: ["fd00:244::3-fd00:244:7::9", "fd00:244::-fd00:244::2"],
    destinations: ["fd00:99::1", "fd00:99:5::1", "2001:db8:9::10", "fd00:98::1"],
    destinationBlocks: ["fd00::/8", "fd00:99::/32", "fd00:99::/64", "2001:db8:9::/48", "fd00:98::1/128"],
    destinationRanges: ["fd00:98::-fd00:99:4:ffff::", "2001:db8::-2001:db8:ffff::"],
    translations: ["2001:db8:1::50", "2001:db8:1::60-2001:db8:1::63"],
    service: { address: "fd00:96::1", pod: "fd00:99::1" },
    network: "fd00:64::/32",
    host: 128,
  },
} as const;

/** Destination ports, and the marks of packets to them when they reach the hook. */
export const PORTS = {
  53: {},
  80: {},
  8080: {},
  8081: { mark: 0x4000 },
  8082: { mark: 0x13, connectionMark: 0x4 },
} as const;
const PORT_LISTS = ["53", "80", "8080-8082", "53,8080", "8081", "1-1023"];
const SOURCE_PORTS = ["1024-32767", "32768-65535", "20000-40000"];
const MARKS = ["0x4000/0x4000", "0x0/0x4000", "0x13", "0x0", "0x10/0x1c", "0x1/0x1"];
const INTERFACES = ["eth0", "eth1", "eth+", "lo"];

interface Writing {
  readonly random: Random;
  readonly family: Family;
}

const not = ({ random }: Writing, share = 0.25) => (random.chance(share) ? "! " : "");

/** Matches of iptables, each with its weight. */
function iptablesMatch(writing: Writing): string {
  const { random, family } = writing;
  const pool = POOLS[family];
  const kinds: readonly (readonly [number, () => string])[] = [
    [20, () => `${not(writing)}-s ${random.pick(pool.sourceBlocks)}`],
    [20, () => `${not(writing)}-d ${random.pick(pool.destinationBlocks)}`],
    [12, () => `${not(writing)}-o ${random.pick(INTERFACES)}`],
    [
      6,
      () =>
        `-p udp -m udp ${not(writing)}--dport ${random.pick(PORT_LISTS.filter((one) => !one.includes(","))).replace("-", ":")}`,
    ],
    [5, () => `-p udp -m udp ${not(writing)}--sport ${random.pick(SOURCE_PORTS).replace("-", ":")}`],
    [4, () => `${not(writing)}-p ${random.pick(["udp", "tcp", "sctp"])}`],
    [4, () => `-p udp -m multiport ${not(writing)}--dports ${random.pick(PORT_LISTS).replaceAll("-", ":")}`],
    [2, () => `-p udp -m multiport --ports ${random.pick(PORT_LISTS).replaceAll("-", ":")}`],
    [8, () => `-m mark ${not(writing)}--mark ${random.pick(MARKS)}`],
    [3, () => `-m connmark ${not(writing)}--mark ${random.pick(["0x4", "0x0", "0x4/0x4"])}`],
    [
      4,
      () =>
        `-m conntrack ${not(writing, 0.4)}--ctstate ${random.pick(["DNAT", "NEW", "RELATED,DNAT", "ESTABLISHED", "SNAT"])}`,
    ],
    [1, () => `-m conntrack ${not(writing)}--ctstatus ${random.pick(["ASSURED", "SEEN_REPLY,ASSURED"])}`],
    [4, () => `-m addrtype ${not(writing, 0.5)}--${random.pick(["src", "dst"])}-type LOCAL`],
    [1, () => `-m addrtype --dst-type MULTICAST`],
    [3, () => `-m iprange ${not(writing)}--src-range ${random.pick(pool.sourceRanges)}`],
    [3, () => `-m iprange ${not(writing)}--dst-range ${random.pick(pool.destinationRanges)}`],
    [2, () => `-m comment --comment "it's \\"a\\" -j comment"`],
    [0.6, () => `-m statistic --mode random --probability 0.5`],
    [0.6, () => `-m u32 --u32 "0x0&0x1=0x0"`],
  ];
  return weighted(random, kinds)();
}

function weighted<T>(random: Random, list: readonly (readonly [number, T])[]): T {
  const total = list.reduce((sum, [weight]) => sum + weight, 0);
  let at = (random.below(1_000_000) / 1_000_000) * total;
  for (const [weight, one] of list) {
    at -= weight;
    if (at < 0) return one;
  }
  return (list.at(-1) as readonly [number, T])[1];
}

/** Matches that can be combined. */
function iptablesMatches(writing: Writing): string {
  const matches = Array.from({ length: writing.random.below(4) }, () => iptablesMatch(writing));
  const seen = new Set<string>();
  return matches
    .filter((match) => {
      const keys = match.match(/(?<= |^)(-[sdop]|-m \S+|--\S+)(?= )/g) ?? [];
      if (keys.some((key) => seen.has(key))) return false;
      for (const key of keys) seen.add(key);
      return true;
    })
    .join(" ");
}

function iptablesTarget(writing: Writing, chains: readonly string[]): string {
  const { random, family } = writing;
  const pool = POOLS[family];
  const kinds: readonly (readonly [number, () => string])[] = [
    [14, () => "-j MASQUERADE"],
    [8, () => `-j SNAT --to-source ${random.pick(pool.translations)}`],
    [2, () => `-j NETMAP --to ${pool.network}`],
    [14, () => "-j RETURN"],
    [10, () => "-j ACCEPT"],
    [8, () => `-j MARK --set-xmark ${random.pick(["0x4000/0x4000", "0x0/0x4000", "0x13/0xff", "0x1/0x0", "0x7/0x3"])}`],
    [
      3,
      () =>
        `-j CONNMARK ${random.pick(["--set-xmark 0x4/0x4", "--save-mark", "--restore-mark", "--restore-mark --nfmask 0xff --ctmask 0x1f"])}`,
    ],
    [1, () => "-j NFLOG --nflog-group 7"],
    ...(chains.length > 0 ? [[24, () => `-${random.pick(["j", "j", "g"])} ${random.pick(chains)}`] as const] : []),
  ];
  return weighted(random, kinds)();
}

/** Input of iptables-restore for table nat. A chain jumps only to later ones. */
export function randomIptables(writing: Writing): string {
  const { random } = writing;
  const chains = ["A", "B", "C"].slice(0, random.below(4));
  const rules = ["POSTROUTING", ...chains].flatMap((chain, i) =>
    Array.from({ length: 1 + random.below(5) }, () =>
      [`-A ${chain}`, iptablesMatches(writing), iptablesTarget(writing, chains.slice(i))].filter(Boolean).join(" "),
    ),
  );
  const heads = [
    ":PREROUTING ACCEPT",
    ":INPUT ACCEPT",
    ":OUTPUT ACCEPT",
    ":POSTROUTING ACCEPT",
    ...chains.map((one) => `:${one} -`),
  ];
  return `*nat\n${[...heads.map((one) => `${one} [0:0]`), ...rules].join("\n")}\nCOMMIT\n`;
}

const ne = ({ random }: Writing, share = 0.25) => (random.chance(share) ? "!= " : "");

function nftMatch(writing: Writing): string {
  const { random, family } = writing;
  const pool = POOLS[family];
  const ip = family === "ipv4" ? "ip" : "ip6";
  const disjoint = (blocks: readonly string[]) =>
    random.pick([blocks.slice(1, 2), blocks.slice(2, 4), blocks.slice(3)]);
  const kinds: readonly (readonly [number, () => string])[] = [
    [12, () => `${ip} saddr ${ne(writing)}${random.pick([...pool.sourceBlocks, ...pool.sourceRanges])}`],
    [12, () => `${ip} daddr ${ne(writing)}${random.pick([...pool.destinationBlocks, ...pool.destinationRanges])}`],
    [6, () => `${ip} saddr ${ne(writing)}{ ${disjoint(pool.sourceBlocks).join(", ")} }`],
    [6, () => `${ip} daddr ${ne(writing)}{ ${disjoint(pool.destinationBlocks).join(", ")} }`],
    [6, () => `${ip} daddr ${ne(writing)}@blocks`],
    [4, () => `${ip} saddr . udp dport ${ne(writing)}@pairs`],
    [2, () => `oifname . ${ip} daddr @doors`],
    [8, () => `oifname ${ne(writing)}"${random.pick(["eth0", "eth1", "eth*", "lo"])}"`],
    [3, () => `oifname ${ne(writing)}{ "eth1", "lo" }`],
    [2, () => `iifname ${ne(writing)}"${random.pick(["pod0", "eth0", "pod*"])}"`],
    [4, () => `udp dport ${ne(writing)}{ ${random.pick(PORT_LISTS)} }`],
    [3, () => `udp sport ${ne(writing)}${random.pick(SOURCE_PORTS)}`],
    [2, () => `th dport ${random.pick(["8080-8082", "53"])}`],
    [3, () => `meta l4proto ${ne(writing)}${random.pick(["udp", "tcp", "{ tcp, udp }"])}`],
    [
      8,
      () =>
        `meta mark ${random.pick(["& 0x4000 == 0x4000", "& 0x4000 == 0", "& 0x4000 != 0", "0x13", "!= 0x13", "{ 0, 0x13 }", "0x1-0x20", "< 0x20"])}`,
    ],
    [3, () => `ct mark ${random.pick(["0x4", "!= 0x4", "& 0x4 == 0x4"])}`],
    [4, () => `ct status ${random.pick(["dnat", "& dnat == 0", "! dnat", "snat", "assured"])}`],
    [2, () => `ct state ${random.pick(["new", "established,related", "!= established"])}`],
    [1, () => "ct direction original"],
    [
      4,
      () =>
        `fib ${random.pick(["daddr", "saddr"])} type ${ne(writing, 0.5)}${random.pick(["local", "local", "{ local, multicast }"])}`,
    ],
    [1, () => `${ip === "ip" ? "ip version 4" : "ip6 version 6"}`],
    [0.5, () => "numgen random mod 2 0"],
    [0.4, () => "limit rate 1000/second"],
    [0.4, () => "meta length > 40"],
  ];
  return weighted(random, kinds)();
}

function nftStatement(writing: Writing, chains: readonly string[]): string {
  const { random, family } = writing;
  const pool = POOLS[family];
  const ip = family === "ipv4" ? "ip" : "ip6";
  const verdict = () =>
    random.pick(["accept", "return", ...chains.map((one) => `jump ${one}`), ...chains.map((one) => `goto ${one}`)]);
  const [, first = "", second = ""] = pool.destinationBlocks;
  const kinds: readonly (readonly [number, () => string])[] = [
    [12, () => "masquerade"],
    [8, () => `snat ${ip} to ${random.pick(pool.translations)}`],
    [4, () => `snat ${ip} to ${ip} saddr`],
    [
      3,
      () =>
        `snat ${ip} to ${ip} saddr map { ${pool.sources[0]} : ${pool.translations[0]}, ${pool.sources[3]} : ${pool.sources[1]} }`,
    ],
    [
      2,
      () =>
        `snat ${ip} prefix to ${ip} saddr map { ${pool.sourceBlocks[0]} : ${pool.network.replace(/\/.*/, "")}/${pool.sourceBlocks[0].split("/")[1]} }`,
    ],
    [10, () => "return"],
    [8, () => "accept"],
    [1, () => "drop"],
    [2, () => "counter"],
    [
      8,
      () =>
        `meta mark set ${random.pick(["0x4000", "meta mark | 0x4000", "meta mark & 0xffffbfff", "meta mark ^ 0x13", "ct mark", "meta mark & 0xff | 0x3"])}`,
    ],
    [3, () => `ct mark set ${random.pick(["0x4", "meta mark", "ct mark | 0x4", "meta mark & 0x3f"])}`],
    [
      6,
      () =>
        `${ip} daddr vmap { ${first === second ? "" : `${pool.destinationBlocks[3]} : ${verdict()}, `}${second} : ${verdict()} }`,
    ],
    [4, () => `udp dport vmap { 53 : ${verdict()}, 8080-8081 : ${verdict()} }`],
    [
      3,
      () =>
        `${ip} saddr . oifname vmap { ${pool.sources[0]} . "eth0" : ${verdict()}, ${pool.sources[1]} . "eth1" : ${verdict()} }`,
    ],
    [3, () => `${ip} daddr vmap @verdicts`],
    ...(chains.length > 0
      ? [[16, () => `${random.pick(["jump", "jump", "goto"])} ${random.pick(chains)}`] as const]
      : []),
  ];
  return weighted(random, kinds)();
}

/** One table of nftables with one or two base chains, as input of nft. */
export function randomNftTable(writing: Writing, name: string): string {
  const { random, family } = writing;
  const pool = POOLS[family];
  const ip = family === "ipv4" ? "ip" : "ip6";
  const address = family === "ipv4" ? "ipv4_addr" : "ipv6_addr";
  const table = random.chance(0.5) ? ip : "inet";
  const chains = ["x", "y"].slice(0, random.below(3));
  const rules = (from: number, count: number) =>
    Array.from({ length: count }, () => {
      const matches = Array.from({ length: random.below(3) }, () => nftMatch(writing));
      return `    ${[...matches, nftStatement(writing, chains.slice(from))].join(" ")}`;
    });
  const bases = Array.from({ length: random.chance(0.15) ? 2 : 1 }, (_, i) => {
    const priority = random.pick([100, 100, 100, 90, 99, 101, 110, -100, 300]);
    const policy = random.chance(0.03) ? "drop" : "accept";
    return [
      `  chain base${i} {`,
      `    type nat hook postrouting priority ${priority}; policy ${policy};`,
      ...rules(0, 1 + random.below(4)),
      "  }",
    ];
  });
  return [
    `table ${table} ${name} {`,
    `  set blocks { type ${address}; flags interval; elements = { ${pool.destinationBlocks[2]}, ${pool.destinationBlocks[3]} }; }`,
    `  set pairs { type ${address} . inet_service; flags interval; elements = { ${pool.sourceBlocks[1]} . 80, ${pool.sources[3]} . 8080-8082 }; }`,
    `  set doors { type ifname . ${address}; elements = { "eth0" . ${pool.destinations[0]}, "eth1" . ${pool.destinations[3]} }; }`,
    `  map verdicts { type ${address} : verdict; flags interval; elements = { ${pool.destinationBlocks[3]} : return, ${pool.destinationBlocks[1]} : accept }; }`,
    ...chains
      .toReversed()
      .flatMap((chain) => [`  chain ${chain} {`, ...rules(chains.indexOf(chain) + 1, 1 + random.below(3)), "  }"]),
    ...bases.flat(),
    "}",
  ].join("\n");
}

/** A set of rules: the input of each tool, in the order in which the tools run. */
export interface RandomNat {
  readonly family: Family;
  readonly inputs: readonly { readonly tool: "nft" | "iptables-nft" | "iptables-legacy"; readonly text: string }[];
}

/** A rule that nft writes into table nat of iptables, and that iptables then cannot show. */
function strangeRule(writing: Writing): string {
  const { random, family } = writing;
  const place = `${random.pick(["add", "insert"])} rule ${family === "ipv4" ? "ip" : "ip6"} nat POSTROUTING`;
  return [place, nftMatch(writing), nftStatement(writing, [])].join(" ");
}

export function randomNat(random: Random): RandomNat {
  const family: Family = random.chance(0.7) ? "ipv4" : "ipv6";
  const writing = { random, family };
  const inputs: RandomNat["inputs"][number][] = [];
  if (random.chance(0.6)) inputs.push({ tool: "iptables-nft", text: randomIptables(writing) });
  if (random.chance(0.35)) inputs.push({ tool: "iptables-legacy", text: randomIptables(writing) });
  for (let i = random.below(inputs.length > 0 ? 3 : 4); i >= (inputs.length > 0 ? 1 : 0); i--) {
    inputs.push({ tool: "nft", text: randomNftTable(writing, `t${i}`) });
  }
  const shuffled = random.some(inputs, inputs.length, inputs.length);
  const isStrange = inputs.some(({ tool }) => tool === "iptables-nft") && random.chance(0.12);
  return { family, inputs: isStrange ? [...shuffled, { tool: "nft", text: strangeRule(writing) }] : shuffled };
}
