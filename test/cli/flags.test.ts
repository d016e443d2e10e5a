import { test } from "uvu";
import * as assert from "uvu/assert";
import { AUTO, BACKENDS } from "../../src/backends/index.ts";
import { checkFor, FLAGS, flagsOf, parseFlags, UsageError } from "../../src/cli/flags.ts";
import { FlagError, settingsOf } from "../../src/cli/settings.ts";

const parse = (line: string) => {
  const { flags, words } = parseFlags(line === "" ? [] : line.split(" "));
  return `${[...flags].map(([name, value]) => `${name}=${value}`).join(" ")} | ${words.join(" ")}`;
};

test("flags follow Go's syntax", () => {
  const cases: [string, string][] = [
    ["", " | "],
    ["--masq-chain=X", "masq-chain=X | "],
    ["-masq-chain X", "masq-chain=X | "],
    ["--masq-chain=", "masq-chain= | "],
    ["--to-ports -5", "to-ports=-5 | "],
    ["--to-ports --v", "to-ports=--v | "],
    ["-enable-ipv6", "enable-ipv6=true | "],
    ["--enable-ipv6=1 -random-fully=F", "enable-ipv6=true random-fully=false | "],
    ["--enable-ipv6 --enable-ipv6=false", "enable-ipv6=false | "],
    ["-v 4 --v=5", "v=5 | "],
    ["plan --v=2 --exit-code", "v=2 exit-code=true | plan"],
    ["--config c explain 10.0.0.1 -enable-ipv6 ::1", "config=c enable-ipv6=true | explain 10.0.0.1 ::1"],
    ["check -", " | check -"],
    ["explain -- -x", " | explain -x"],
    ["--logtostderr --log_dir /x -stderrthreshold=2", "logtostderr=true log_dir=/x stderrthreshold=2 | "],
    ["--version=raw", "version=true | "],
    ["-o yaml plan", "output=yaml | plan"],
    ["-o=json --o=yaml", "output=yaml | "],
  ];
  for (const [line, expected] of cases) assert.is(parse(line), expected, line);
});

test("a command line that cannot be parsed", () => {
  const cases: [string, RegExp][] = [
    ["--nope", /^flag provided but not defined: -nope$/],
    ["--enable-ipv", /did you mean --enable-ipv6\?$/],
    ["--enable-ipv6=maybe", /^invalid boolean value "maybe" for -enable-ipv6/],
    ["--masq-chain", /^flag needs an argument: -masq-chain$/],
    ["--constructor", /^flag provided but not defined: -constructor$/],
  ];
  for (const [line, message] of cases) {
    assert.throws(
      () => parse(line),
      (error: Error) => error instanceof UsageError && message.test(error.message),
      line,
    );
  }
});

test("values are checked before anything starts", () => {
  const cases: [string, typeof FlagError | typeof UsageError, RegExp][] = [
    [
      "--masq-chain=POSTROUTING",
      FlagError,
      /Invalid --masq-chain flag "POSTROUTING": it is the name of a built-in chain/,
    ],
    ["--to-ports=42-41", FlagError, /Invalid --to-ports flag "42-41": first is greater than last in "42-41"/],
    ["--config=", FlagError, /name a file/],
    ["--v=x", UsageError, /invalid value "x" for flag -v/],
    ["--iptables-variant=ebtables", UsageError, /write one of auto, nft, legacy/],
    ["--output=xml", UsageError, /write one of text, json, yaml/],
    ["--color=yes", UsageError, /write one of auto, always, never/],
    ["--backend=nft", UsageError, /write one of auto, iptables, nftables, windows-cni/],
    ["--backend=nftables --iptables-variant=nft", UsageError, /--iptables-variant works only with --backend=ipt/],
    ["--to=nftables --iptables-variant=legacy", UsageError, /--iptables-variant works only with --backend=ipt/],
    ["--backend=iptables --nft-table=x", UsageError, /--nft-table works only with --backend=nftables or --to=/],
    ["--nft-table=nat", FlagError, /Invalid --nft-table flag "nat": a table of that name belongs to another program/],
    ["--nft-table=kube-proxy", FlagError, /a table of that name belongs to another program/],
    ["--nft-table=a{b", FlagError, /Invalid --nft-table flag "a\{b": a table's name begins with a letter/],
    ["--cni-config=f", UsageError, /--cni-config works only with --backend=windows-cni or --to=windows-cni/],
    ["--backend=windows-cni", UsageError, /--backend=windows-cni needs --cni-config=FILE/],
    ["--to=windows-cni --cni-config=", UsageError, /--to=windows-cni needs --cni-config=FILE/],
    ["--backend=windows-cni --cni-config=f --enable-ipv6", UsageError, /only IPv4 exceptions/],
    ["--to=windows-cni --cni-config=f --family=ipv6", UsageError, /only IPv4 exceptions/],
    ["--backend=windows-cni --cni-config=f --to-ports=1-9", UsageError, /Windows chooses source ports/],
    ["--backend=windows-cni --cni-config=f --iptables-variant=nft", UsageError, /only with --backend=iptables/],
    ["--backend=windows-cni --cni-config=f --cleanup-on-exit", UsageError, /the previous contents of the file/],
  ];
  for (const [line, kind, message] of cases) {
    const settings = () => settingsOf(parseFlags(line.split(" ")));
    assert.throws(settings, (error: Error) => error instanceof kind && message.test(error.message), line);
  }
});

test("help and completion show exactly the values that are accepted", () => {
  const listed = flagsOf().filter(([name, { value }]) => value.includes("|") && !FLAGS[name]?.meanings);
  for (const [name, { value }] of listed) {
    const choices = value.split("|");
    assert.throws(
      () => settingsOf({ flags: new Map([[name, "x"]]), repeated: new Map() }),
      (error: Error) => error.message.endsWith(`write one of ${choices.join(", ")}`),
    );
  }
  assert.is(listed.length, 8);
  const several = Object.entries(FLAGS).flatMap(([name, { meanings = [] }]) =>
    meanings.filter(({ value }) => value.includes("|")).map((meant) => ({ name, ...meant })),
  );
  for (const { name, value, commands = [] } of several) {
    const choices = value.split("|");
    for (const command of commands) {
      for (const choice of choices) checkFor(command, name, choice);
      assert.throws(
        () => checkFor(command, name, "x"),
        (error: Error) => error.message.endsWith(`write one of ${choices.join(", ")}`),
      );
    }
  }
  assert.equal(
    several.map(({ name, commands }) => `${name} ${commands?.length}`),
    ["backend 5", "backend 1", "backend 1", "to 1", "output 11", "output 1"],
  );
});

test("one name may mean two flags", () => {
  const meaning = (command: string) => flagsOf(command).find(([name]) => name === "to")?.[1].value;
  assert.equal(["impact", "render", "plan"].map(meaning), [
    "FILE",
    "auto|iptables|nftables|windows-cni|table",
    undefined,
  ]);
});

test("every backend can be chosen, with its own name and flags", () => {
  const owned = BACKENDS.flatMap(({ flags }) => Object.keys(flags));
  assert.is(new Set(owned).size, owned.length);
  for (const { name, flags, required } of BACKENDS) {
    const line = [`--backend=${name}`, ...(required ? [`--${required.flag}=x`] : [])];
    const { backend } = settingsOf(parseFlags(line));
    assert.is(backend === AUTO ? AUTO : backend.name, name);
    for (const [flag, { alsoFor }] of Object.entries(flags)) {
      assert.ok(
        ["apply", ...alsoFor].every((command) => FLAGS[flag]?.commands?.includes(command)),
        flag,
      );
    }
    if (required) assert.ok(required.flag in flags);
  }
});

test("a CNI config accepts the established agent's other arguments", () => {
  const line = "--backend=windows-cni --cni-config=f --masq-chain=X --random-fully=false --enable-ipv6=false --v=2";
  const { backendFlag, config, policy } = settingsOf(parseFlags(line.split(" ")));
  assert.equal([backendFlag("cni-config"), policy.ipv6], ["f", false]);
  assert.ok(config.ipv6, "IPv6 CIDRs are for other nodes that read the same config");
});

test.run();
