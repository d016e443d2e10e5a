// The core's text parsers, compared with their reference implementations.
import { parseConnection } from "../../src/conntrack/index.ts";
import { LineReader, readPrefixList, scanRules } from "../../src/core/index.ts";
import { addressSlow, formatSlow, readPrefixSlow } from "../../test/core/slow.ts";
import { scanSlow } from "../../test/core/slow-scan.ts";
import { cidrVectors } from "../../test/fixtures.ts";
import { same, type Target } from "./target.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
/** Text with the meaning of its bytes: half a surrogate pair becomes a replacement character. */
const encodable = (text: string) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes(text));

export const lists: Target = {
  name: "lists",
  batch: 2000,
  seeds: () => [
    ...cidrVectors()
      .filter((_, i) => i % 40 === 0)
      .map((vector) => vector.in),
    "10.0.0.0/8\n10.0.0.1 # one\n2001:db8::/32\n::ffff:10.0.0.1\n",
  ],
  dictionary: ["10.0.0.0/8", "::", "/0", "/32", "/128", "::ffff:", "1.2.3.4", "# c", "\r\n", "fe80::1%eth0", ":0:0:"],
  run: (input) => {
    const list = readPrefixList(bytes(input));
    const flawed = new Set(list.flawed);
    let entries = 0;
    for (const [i, text] of encodable(input).split("\n").entries()) {
      const bare = text.replace(/#.*$/s, "").replace(/^[ \t\r]+|[ \t\r]+$/g, "");
      if (bare === "") continue;
      const expected = readPrefixSlow(bare);
      same(flawed.has(i + 1), !expected, `line ${i + 1} is flawed`);
      if (expected) same(list.entry(entries).prefix.network, formatSlow(expected), `line ${i + 1}`);
      entries++;
    }
    same(list.length, entries, "entries");
    return `${Math.min(entries, 4)} ${Math.min(flawed.size, 4)} ${list.hasIPv6}`;
  },
};

export const dumps: Target = {
  name: "dumps",
  batch: 2000,
  seeds: () => [
    '*nat\n:POSTROUTING ACCEPT [0:0]\n:OURS - [0:0]\n[3:4] -A POSTROUTING -m comment --comment "x -j OURS" -j OURS\n-A OURS -d 10.0.0.0/8 -j RETURN\nCOMMIT\n',
    "-P POSTROUTING ACCEPT\n-N OURS\n-A OURS -j RETURN\n-A POSTROUTING -g OURS",
  ],
  dictionary: [
    ...[
      "*nat\n",
      "COMMIT\n",
      "-A OURS ",
      "-A POSTROUTING ",
      " -j OURS",
      " -g OURS",
      ":OURS - [0:0]\n",
      "-N OURS\n",
      "\n",
    ],
    ...['--comment "', '\\"', "\\\\", "[18446744073709551615:1] ", "OURSX", "\r\n", "# "],
  ],
  run: (input) => {
    const text = encodable(input).replaceAll("\0", "");
    const found = scanRules(bytes(text), "OURS");
    const slow = scanSlow(text, "OURS");
    const comparable = (scan: typeof found) => ({
      ...scan,
      rules: scan.rules.map(({ spec, packets, bytes: counted }) => [spec, packets, counted]),
      jumps: scan.jumps.map(({ spec, packets, bytes: counted }) => [spec, packets, counted]),
    });
    const [a, b] = [comparable(found), comparable(slow)];
    for (const key of Object.keys(b) as (keyof typeof b)[]) same(a[key], b[key], key);
    const few = (list: readonly unknown[]) => Math.min(list.length, 2);
    return `${few(found.rules)} ${few(found.jumps)} ${found.references.length > 0} ${found.unreadable.length > 0} ${found.whole} ${found.natSeen}`;
  },
};

export const flows: Target = {
  name: "flows",
  batch: 500,
  seeds: () => [
    "tcp      6 117 TIME_WAIT src=10.244.2.3 dst=192.168.7.20 sport=38822 dport=5432 src=192.168.7.20 dst=10.244.2.3 sport=5432 dport=38822 [ASSURED] use=1",
    "ipv4     2 udp      17 28 src=10.244.2.3 dst=198.51.100.4 sport=123 dport=123 [UNREPLIED] src=198.51.100.4 dst=192.0.2.1 sport=123 dport=123 mark=0 use=1",
    "ipv6     10 tcp      6 431999 ESTABLISHED src=fd00:1::2 dst=2001:db8::1 sport=1 dport=2 packets=3 bytes=4 src=2001:db8::1 dst=fd00:1::2 sport=2 dport=1 packets=1 bytes=2",
    "[2001:db8::1]:443 10.0.0.1:80 fe80::1%eth0 http://10.0.0.1/x",
  ],
  dictionary: [
    "src=",
    "dst=",
    " sport=1",
    "[UNREPLIED]",
    "::",
    "::ffff:1.2.3.4",
    "1.2.3.4",
    "%eth0",
    ".",
    ":",
    "bytes=5",
    "\r",
  ],
  run: (input) => {
    const line = encodable(input)
      .replaceAll("\n", " ")
      .replace(/^\ufeff+/, "");
    const reader = new LineReader([], {});
    const data = bytes(`${line}\n`);
    reader.room().set(data);
    reader.filled(data.length);
    same(reader.next()?.address(0) ?? "", addressSlow(line.replace(/\r$/, "")), "the first address");
    const connection = parseConnection(line);
    return connection ? `connection ${connection.reply.source === connection.original.destination}` : "no connection";
  },
};
