// The slow, obviously correct reference implementation of the scan, and random dumps for both.
import fc from "fast-check";
import type { Scan, ScannedRule } from "../../src/core/index.ts";

/** The lines of a dump: a newline in quotes does not end a line, and a backslash in quotes escapes the next character. */
function linesOf(text: string): string[] {
  const lines = [""];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    const escaped = quoted && character === "\\" ? (text[++i] ?? "") : "";
    if (character === '"') quoted = !quoted;
    if (character === "\n" && !quoted) lines.push("");
    else lines[lines.length - 1] += character + escaped;
  }
  return lines.map((line) => line.replace(/\r$/, "")).filter((line) => line !== "");
}

export function scanSlow(text: string, chain: string): Scan {
  let [chainExists, natSeen, inNat, open, allRules] = [false, false, true, 0, 0];
  const rules: ScannedRule[] = [];
  const jumps: ScannedRule[] = [];
  const references: string[] = [];
  const unreadable: string[] = [];
  for (const line of linesOf(text)) {
    const [, packets = "0", bytes = "0", rest = ""] = /^(?:\[(\d+):(\d+)\] )?([\s\S]*)$/.exec(line) ?? [];
    const rule = (spec: string) => ({
      spec,
      packets: BigInt.asUintN(64, BigInt(packets)),
      bytes: BigInt.asUintN(64, BigInt(bytes)),
      ...(spec.includes("\n") ? { raw: new TextEncoder().encode(spec) } : {}),
    });
    const [verb, ...words] = rest.split(" ");
    if (/^-[ANP]/.test(rest) && (rest.length < 4 || rest[2] !== " ")) {
      unreadable.push(line);
      continue;
    }
    const [first] = words;
    if (verb === "-A") {
      allRules++;
      if (!inNat) continue;
      const spec = words.slice(1).join(" ");
      const leads = [" -j ", " -g "].some(
        (jump) => rest.endsWith(jump + chain) && rest.length > `-A ${jump}${chain}`.length,
      );
      if (first === chain) rules.push(rule(spec));
      else if (leads && first === "POSTROUTING") jumps.push(rule(spec));
      else if (leads) references.push(rest);
    } else if (verb === "-N") chainExists ||= inNat && first === chain;
    else if (verb === "-P") natSeen ||= first === "POSTROUTING";
    else if (rest.startsWith(":")) chainExists ||= inNat && verb === `:${chain}`;
    else if (rest.startsWith("*")) {
      inNat = rest === "*nat";
      natSeen ||= inNat;
      open++;
    } else if (rest === "COMMIT") open--;
    else if (!rest.startsWith("#")) unreadable.push(line);
  }
  return { chainExists, rules, jumps, references, unreadable, natSeen, whole: open === 0, allRules };
}

/** Dumps as printed by the tools, and slightly odder ones; the chain is called OURS. */
export function dumps(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    "x",
    " ",
    "é",
    "-j OURS",
    "\n",
    '\\"',
    "\\\\",
    "\n-A OURS -j X",
    "\r\n",
    "0123456789abcdef",
  );
  const comment = fc.array(piece, { maxLength: 8 }).map((parts) => `-m comment --comment "${parts.join("")}"`);
  const match = fc.oneof(fc.constantFrom("-d 10.0.0.0/8", "-p tcp", "-m mark --mark 0x1"), comment);
  const chain = fc.constantFrom(
    "OURS",
    "OURS",
    "OUR",
    "OURSX",
    "POSTROUTING",
    "POSTROUTING",
    "POSTROUTINGX",
    "OUTPUT",
    "O",
  );
  const target = fc.tuple(fc.constantFrom("-j", "-g"), chain).map((parts) => parts.join(" "));
  const counters = fc.constantFrom("", "", "[0:0] ", "[12:34] ", "[18446744073709551615:1] ");
  const rule = fc
    .tuple(counters, chain, fc.array(match, { maxLength: 3 }), target)
    .map(([counts, name, matches, to]) => `${counts}-A ${[name, ...matches, to].join(" ")}`);
  const other = fc
    .tuple(fc.constantFrom(":", "-N ", "-P ", "*", "# ", "!"), chain, fc.constantFrom("", " - [0:0]", " ACCEPT"))
    .map((parts) => parts.join(""));
  const fixed = fc.constantFrom("*nat", "*filter", "COMMIT", "", "Segmentation fault");
  const line = fc.oneof({ arbitrary: rule, weight: 4 }, other, fixed);
  const end = fc.constantFrom("\n", "\n", "\n", "\r\n", "\n\n");
  return fc.array(fc.tuple(line, end), { maxLength: 40 }).map((lines) => lines.flat().join(""));
}
