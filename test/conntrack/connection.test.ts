// Lines as printed by kernels and tools.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Connection, isRedirected, parseConnection, translatedTo } from "../../src/conntrack/index.ts";

/** The content of a line: protocol, state, both tuples, and what follows from them. */
const gist = (line: string): string | undefined => {
  const found = parseConnection(line);
  if (!found) return undefined;
  const end = (address: string, port: number | undefined) => (port === undefined ? address : `${address} ${port}`);
  const tuple = ({ source, sourcePort, destination, destinationPort }: Connection["original"]) =>
    `${end(source, sourcePort)} > ${end(destination, destinationPort)}`;
  const notes = [
    ...(translatedTo(found) === undefined ? [] : [`as ${translatedTo(found)}`]),
    ...(isRedirected(found) ? ["redirected"] : []),
    ...(found.zoned ? ["zoned"] : []),
    ...(found.bytes === undefined ? [] : [`${found.bytes} bytes`]),
  ];
  const head = [found.family, found.protocolName, found.protocol, found.state ?? "-"].join(" ");
  return [head, tuple(found.original), ...notes].join(", ");
};

const LINES: readonly [string, string | undefined][] = [
  [
    "ipv4     2 udp      17 28 src=10.244.0.2 dst=10.99.0.1 sport=44765 dport=7007 packets=1 bytes=29 src=10.99.0.1 dst=10.244.0.2 sport=7007 dport=44765 packets=1 bytes=65 mark=0 zone=0 use=2",
    "ipv4 udp 17 -, 10.244.0.2 44765 > 10.99.0.1 7007, 94 bytes",
  ],
  [
    "ipv4     2 tcp      6 118 TIME_WAIT src=10.244.0.2 dst=203.0.113.10 sport=48840 dport=7007 src=203.0.113.10 dst=192.0.2.1 sport=7007 dport=48840 [ASSURED] mark=0 zone=0 use=2",
    "ipv4 tcp 6 TIME_WAIT, 10.244.0.2 48840 > 203.0.113.10 7007, as 192.0.2.1",
  ],
  [
    "ipv6     10 tcp      6 119 SYN_SENT src=fd00:0244:0000:0000:0000:0000:0000:0002 dst=2001:0db8:0009:0000:0000:0000:0000:0010 sport=32850 dport=7007 [UNREPLIED] src=2001:0db8:0009:0000:0000:0000:0000:0010 dst=2001:0db8:0001:0000:0000:0000:0000:0001 sport=7007 dport=32850 mark=0 zone=0 use=2",
    "ipv6 tcp 6 SYN_SENT, fd00:0244:0000:0000:0000:0000:0000:0002 32850 > 2001:0db8:0009:0000:0000:0000:0000:0010 7007, as 2001:0db8:0001:0000:0000:0000:0000:0001",
  ],
  // The tool's output: without zones that are 0, with an id.
  [
    "ipv6     10 udp      17 29 src=fd00:244::2 dst=fd00:99::1 sport=37207 dport=7007 packets=1 bytes=49 [UNREPLIED] src=fd00:99::1 dst=fd00:244::2 sport=7007 dport=37207 packets=0 bytes=0 mark=0 use=1 id=3001585103",
    "ipv6 udp 17 -, fd00:244::2 37207 > fd00:99::1 7007, 49 bytes",
  ],
  // Without -o extended.
  [
    "udp      17 29 src=fd00:244::2 dst=fd00:99::1 sport=1 dport=2 src=fd00:99::1 dst=fd00:244::2 sport=2 dport=1 mark=0 use=1",
    "ipv6 udp 17 -, fd00:244::2 1 > fd00:99::1 2",
  ],
  // A service: kube-proxy has chosen another destination.
  [
    "ipv4     2 tcp      6 86397 ESTABLISHED src=10.244.0.2 dst=10.96.0.1 sport=45 dport=443 src=192.0.2.7 dst=10.244.0.2 sport=6443 dport=45 [ASSURED] mark=0 zone=0 use=2",
    "ipv4 tcp 6 ESTABLISHED, 10.244.0.2 45 > 10.96.0.1 443, redirected",
  ],
  // Offloaded to hardware or a flow table, so without a timeout and a state.
  [
    "ipv4     2 tcp      6 src=10.244.0.2 dst=203.0.113.10 sport=1 dport=2 packets=5 bytes=300 src=203.0.113.10 dst=192.0.2.1 sport=2 dport=1 packets=5 bytes=300 [OFFLOAD] mark=0 zone=0 use=3",
    "ipv4 tcp 6 -, 10.244.0.2 1 > 203.0.113.10 2, as 192.0.2.1, 600 bytes",
  ],
  [
    "ipv4     2 icmp     1 29 src=10.1.1.1 dst=10.2.2.2 type=8 code=0 id=77 [UNREPLIED] src=10.2.2.2 dst=10.1.1.1 type=0 code=0 id=77 mark=0 zone=0 use=2",
    "ipv4 icmp 1 -, 10.1.1.1 > 10.2.2.2",
  ],
  [
    "ipv4     2 gre      47 299 timeout=0, stream_timeout=0 src=10.1.1.1 dst=10.2.2.2 srckey=0x5 dstkey=0x6 [UNREPLIED] src=10.2.2.2 dst=10.1.1.1 srckey=0x6 dstkey=0x5 mark=0 zone=0 use=2",
    "ipv4 gre 47 -, 10.1.1.1 > 10.2.2.2",
  ],
  [
    "ipv4     2 sctp     132 299 ESTABLISHED src=10.1.1.1 dst=10.2.2.2 sport=5 dport=6 src=10.2.2.2 dst=10.1.1.1 sport=6 dport=5 [ASSURED] mark=0 secctx=system_u:object_r:unlabeled_t:s0 zone=0 use=2",
    "ipv4 sctp 132 ESTABLISHED, 10.1.1.1 5 > 10.2.2.2 6",
  ],
  [
    "ipv4     2 dccp     33 299 src=10.1.1.1 dst=10.2.2.2 sport=0 dport=0 src=10.2.2.2 dst=10.1.1.1 sport=0 dport=0 mark=0 use=1 id=2",
    "ipv4 dccp 33 -, 10.1.1.1 0 > 10.2.2.2 0",
  ],
  [
    "ipv4     2 unknown  99 299 src=10.1.1.1 dst=10.2.2.2 [UNREPLIED] src=10.2.2.2 dst=10.1.1.1 mark=0 zone=0 use=2",
    "ipv4 unknown 99 -, 10.1.1.1 > 10.2.2.2",
  ],
  // Zones: for both directions, and for one.
  [
    "ipv4     2 udp      17 9 src=10.1.1.1 dst=10.2.2.2 sport=5 dport=6 src=10.2.2.2 dst=10.1.1.1 sport=6 dport=5 mark=0 zone=5 use=2",
    "ipv4 udp 17 -, 10.1.1.1 5 > 10.2.2.2 6, zoned",
  ],
  [
    "ipv4     2 udp      17 9 src=10.1.1.1 dst=10.2.2.2 sport=5 dport=6 zone-orig=12 [UNREPLIED] src=10.2.2.2 dst=10.1.1.1 sport=6 dport=5 mark=0 use=2",
    "ipv4 udp 17 -, 10.1.1.1 5 > 10.2.2.2 6, zoned",
  ],
  [
    "ipv4     2 udp      17 9 src=10.1.1.1 dst=10.2.2.2 sport=5 dport=6 src=10.2.2.2 dst=10.1.1.1 sport=6 dport=5 reply-zone=3 mark=0 use=2 id=7",
    "ipv4 udp 17 -, 10.1.1.1 5 > 10.2.2.2 6, zoned",
  ],
  // Truncated lines, or other text.
  ["ipv4     2 udp      17 9 src=10.1.1.1 dst=10.2.2.2 sport=5 dport=6 src=10.2", undefined],
  ["ipv4     2 udp      17 9 src=10.1.1.1", undefined],
  ["conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.", undefined],
  ["", undefined],
];

test("lines from the kernel and from the tool", () => {
  for (const [line, expected] of LINES) assert.is(gist(line), expected, line);
});

test.run();
