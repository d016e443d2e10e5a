// The edit of a CNI config: every spelling, every layout, and what is refused.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  CniConfigProblem,
  decodeCniConfig,
  diffCniConfig,
  formatChange,
} from "../../src/backends/windows-cni/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compilePolicy, type FamilyPolicy } from "../../src/policy/index.ts";
import { cases } from "../cases.ts";

const BEFORE = readFileSync("docs/examples/cbr0.conf", "utf8");
const AFTER = readFileSync("test/fixtures/cbr0.after.conf", "utf8");
const GOLDEN = ["192.168.0.0/16", "11.0.0.0/8", "10.137.196.0/23"];

/** The IPv4 policy of a config with these CIDRs. */
function policyOf(cidrs: readonly string[], more = ""): FamilyPolicy {
  const text = `nonMasqueradeCIDRs: ${JSON.stringify(cidrs)}\n${more}`;
  const { config } = parseConfig(text, { file: "config", ipv6: true, reservedRanges: false });
  const [policy] = config ? compilePolicy(config, { chain: "X", ipv6: false, randomFully: true, ports: [] }) : [];
  if (!policy) throw new Error(`no policy: ${text}`);
  return policy;
}

const edit = (text: string, cidrs: readonly string[]) => diffCniConfig(policyOf(cidrs), text)?.text;

test("the standard example", () => {
  assert.is(edit(BEFORE, GOLDEN), AFTER);
  assert.is(edit(AFTER, GOLDEN), undefined);
  const transaction = diffCniConfig(policyOf(["11.0.0.0/8", "10.0.0.0/24"]), AFTER);
  assert.equal(transaction?.changes.map(formatChange), [
    "  OutBoundNAT",
    "- 192.168.0.0/16",
    "- 10.137.196.0/23",
    "  11.0.0.0/8",
    "+ 10.0.0.0/24",
  ]);
  assert.equal(transaction?.counts, { added: 1, removed: 2, kept: 1 });
});

test("the list matches the config", () => {
  const list = (policy: FamilyPolicy) =>
    JSON.parse(diffCniConfig(policy, '{"type":"win-bridge"}')?.text ?? "").policies[0].value.ExceptionList;
  assert.equal(list(policyOf(["10.1.0.0/16", "10.0.0.0/8"])), ["10.1.0.0/16", "10.0.0.0/8"], "in its order");
  assert.equal(list(policyOf(["10.0.0.0/8", "10.0.0.0/8"])), ["10.0.0.0/8"], "each once");
  assert.equal(
    list(policyOf(["169.254.0.0/16"], "masqLinkLocal: true")),
    ["169.254.0.0/16"],
    "link-local if it is named",
  );
  assert.equal(list(policyOf(["10.0.0.0/8", "fd00::/8"])), ["10.0.0.0/8"], "IPv4 only");
  assert.equal(list(policyOf([])), [], "and may be empty");
  assert.is(edit(nat('{"Type":"OutBoundNAT","ExceptionList":null}'), []), undefined, "as null is");
});

/** Texts before and after, if the CIDRs a and b are desired: 10.0.0.0/8 and 11.0.0.0/8. */
const A = '"10.0.0.0/8"';
const B = '"11.0.0.0/8"';
const nat = (body: string) => `{"type":"win-bridge","policies":[${body}]}`;
const CASES: [name: string, before: string, after: string | undefined][] = [
  // Spellings.
  [
    "v1",
    nat('{"name":"EndpointPolicy","value":{"Type":"OutBoundNAT","ExceptionList":["1.0.0.0/8"]}}'),
    nat(`{"name":"EndpointPolicy","value":{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}}`),
  ],
  [
    "v1, other case",
    nat('{"Name":"endpointpolicy","Value":{"type":"outboundnat","exceptionlist":["1.0.0.0/8"]}}'),
    nat(`{"Name":"endpointpolicy","Value":{"type":"outboundnat","exceptionlist":[${A},${B}]}}`),
  ],
  [
    "v2, bare",
    nat('{"type":"OutBoundNAT","settings":{"exceptions":["1.0.0.0/8"]}}'),
    nat(`{"type":"OutBoundNAT","settings":{"exceptions":[${A},${B}]}}`),
  ],
  [
    "v2, wrapped",
    nat('{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","Settings":{"Exceptions":["1.0.0.0/8"]}}}'),
    nat(`{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}}`),
  ],
  [
    "v2, ExceptionList",
    nat('{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","Settings":{"ExceptionList":[]}}}'),
    nat(`{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","Settings":{"ExceptionList":[${A},${B}]}}}`),
  ],
  [
    "v2, ExceptionList, as an operator writes it",
    nat('{"type":"OutBoundNAT","settings":{"exceptionList":["x"],"destinationPrefix":"","needEncap":false}}'),
    nat(`{"type":"OutBoundNAT","settings":{"exceptionList":[${A},${B}],"destinationPrefix":"","needEncap":false}}`),
  ],
  [
    "AdditionalArgs",
    `{"type":"azure-vnet","AdditionalArgs":[{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","ExceptionList":[]}}]}`,
    `{"type":"azure-vnet","AdditionalArgs":[{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}}]}`,
  ],
  [
    "HcnPolicyArgs",
    `{"type":"win-overlay","HcnPolicyArgs":[{"Type":"OutBoundNAT","Settings":{"Exceptions":["x"]}}]}`,
    `{"type":"win-overlay","HcnPolicyArgs":[{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}]}`,
  ],
  [
    "a delegate",
    `{"type":"flannel","delegate":{"type":"win-bridge.exe","policies":[]}}`,
    `{"type":"flannel","delegate":{"type":"win-bridge.exe","policies":[{"name":"EndpointPolicy","value":{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}}]}}`,
  ],
  [
    "a conflist",
    `{"plugins":[{"type":"portmap"},{"type":"sdnbridge"}]}`,
    `{"plugins":[{"type":"portmap"},{"type":"sdnbridge","AdditionalArgs":[{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}}]}]}`,
  ],
  [
    "calico",
    `{"type":"calico","policies":[{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","ExceptionList":["x"]}}]}`,
    `{"type":"calico","policies":[{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}}]}`,
  ],
  // Null means missing.
  [
    "null for a list",
    nat('{"Type":"OutBoundNAT","ExceptionList":null}'),
    nat(`{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}`),
  ],
  [
    "null for a list in settings",
    nat('{"Type":"OutBoundNAT","Settings":{"Exceptions" : null}}'),
    nat(`{"Type":"OutBoundNAT","Settings":{"Exceptions" : [${A},${B}]}}`),
  ],
  [
    "null for settings",
    nat('{"Type":"OutBoundNAT","Settings":null}'),
    nat(`{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}`),
  ],
  [
    "null for policies, in lines",
    '{\n  "type": "win-bridge",\n  "policies": null\n}\n',
    `{\n  "type": "win-bridge",\n  "policies": [\n    {\n      "name": "EndpointPolicy",\n      "value": {\n        "Type": "OutBoundNAT",\n        "ExceptionList": [\n          ${A},\n          ${B}\n        ]\n      }\n    }\n  ]\n}\n`,
  ],
  [
    "null for AdditionalArgs",
    '{"type":"azure-vnet","policies":null,"additionalArgs":null}',
    `{"type":"azure-vnet","policies":null,"additionalArgs":[{"Name":"EndpointPolicy","Value":{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}}]}`,
  ],
  [
    "null for a policy and a value, and next to the list",
    nat('null,{"name":"EndpointPolicy","value":null},{"Type":"OutBoundNAT","ExceptionList":["x"],"Destinations":null}'),
    nat(
      `null,{"name":"EndpointPolicy","value":null},{"Type":"OutBoundNAT","ExceptionList":[${A},${B}],"Destinations":null}`,
    ),
  ],
  [
    "null next to the list that counts",
    nat('{"Type":"OutBoundNAT","ExceptionList":null,"Exceptions":null,"Settings":{"Exceptions":["x"]}}'),
    nat(`{"Type":"OutBoundNAT","ExceptionList":null,"Exceptions":null,"Settings":{"Exceptions":[${A},${B}]}}`),
  ],
  // Equal lists.
  ["equal", nat(`{"type":"OutBoundNAT","ExceptionList":[${A},${B}]}`), undefined],
  ["equal, other order and escapes", nat(`{"type":"OutBoundNAT","ExceptionList":[${B},"10.0.0.0\\/8"]}`), undefined],
  // Added.
  [
    "in the spelling of the other policies",
    nat('{"Name":"EndpointPolicy","Value":{"type":"SDNRoute","settings":{}}}'),
    nat(
      `{"Name":"EndpointPolicy","Value":{"type":"SDNRoute","settings":{}}},{"Name":"EndpointPolicy","Value":{"type":"OutBoundNAT","settings":{"exceptions":[${A},${B}]}}}`,
    ),
  ],
  [
    "in the spelling of the other policies, without a value",
    nat('{"Type":"ROUTE"}'),
    nat(`{"Type":"ROUTE"},{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}`),
  ],
  [
    "another's elements stay",
    nat('{"name":"NetworkPolicy","value":{"Type":"OutBoundNAT"}},7'),
    nat(
      `{"name":"NetworkPolicy","value":{"Type":"OutBoundNAT"}},7,{"name":"EndpointPolicy","value":{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}}`,
    ),
  ],
  [
    "apiVersion 2",
    '{"type":"win-overlay","apiVersion":2}',
    `{"type":"win-overlay","apiVersion":2,"policies":[{"name":"EndpointPolicy","value":{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}}]}`,
  ],
  [
    "HcnPolicyArgs, empty",
    '{"type":"win-bridge","HcnPolicyArgs":[]}',
    `{"type":"win-bridge","HcnPolicyArgs":[{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}]}`,
  ],
  ["a policy without a list", nat('{"type":"OutBoundNAT"}'), nat(`{"type":"OutBoundNAT","exceptionList":[${A},${B}]}`)],
  [
    "a policy with empty settings",
    nat('{"Type":"OutBoundNAT","Settings":{}}'),
    nat(`{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}`),
  ],
  [
    "another of IPv6 stays",
    nat(
      '{"Type":"OutBoundNAT","Settings":{"Exceptions":["fd00::/8"]}},{"Type":"OutBoundNAT","Settings":{"Exceptions":["x"]}}',
    ),
    nat(
      `{"Type":"OutBoundNAT","Settings":{"Exceptions":["fd00::/8"]}},{"Type":"OutBoundNAT","Settings":{"Exceptions":[${A},${B}]}}`,
    ),
  ],
  [
    "an IPv6 CIDR among others is removed",
    nat('{"Type":"OutBoundNAT","ExceptionList":["fd00::/8","10.0.0.0/8"]}'),
    nat(`{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}`),
  ],
  [
    "another with destinations stays",
    nat('{"Type":"OutBoundNAT","Destinations":["10.0.0.1"]}'),
    nat(`{"Type":"OutBoundNAT","Destinations":["10.0.0.1"]},{"Type":"OutBoundNAT","ExceptionList":[${A},${B}]}`),
  ],
  // Layouts.
  [
    "spaces in a line",
    '{"type": "win-bridge", "policies": [{"Type": "OutBoundNAT", "ExceptionList": ["x"]}]}\n',
    `{"type": "win-bridge", "policies": [{"Type": "OutBoundNAT", "ExceptionList": [${A},${B}]}]}\n`.replace(
      `${A},`,
      `${A}, `,
    ),
  ],
  [
    "spaces in a line, added",
    '{ "type" : "win-bridge", "x": 1.50e1 }',
    `{ "type" : "win-bridge", "x": 1.50e1, "policies" : [{"name" : "EndpointPolicy", "value" : {"Type" : "OutBoundNAT", "ExceptionList" : [${A}, ${B}]}}] }`,
  ],
  [
    "CRLF, tabs, no final newline",
    '{\r\n\t"type":"win-bridge",\r\n\t"policies":[]\r\n}',
    `{\r\n\t"type":"win-bridge",\r\n\t"policies":[\r\n\t\t{\r\n\t\t\t"name":"EndpointPolicy",\r\n\t\t\t"value":{\r\n\t\t\t\t"Type":"OutBoundNAT",\r\n\t\t\t\t"ExceptionList":[\r\n\t\t\t\t\t${A},\r\n\t\t\t\t\t${B}\r\n\t\t\t\t]\r\n\t\t\t}\r\n\t\t}\r\n\t]\r\n}`,
  ],
  [
    "one policy a line",
    '{\n "type": "win-bridge",\n "policies": [\n  {"Type": "ROUTE"}\n ]\n}\n',
    `{\n "type": "win-bridge",\n "policies": [\n  {"Type": "ROUTE"},\n  {"Type": "OutBoundNAT", "ExceptionList": [${A}, ${B}]}\n ]\n}\n`,
  ],
  [
    "an empty list in lines",
    '{\n    "type": "win-bridge",\n    "policies": [\n        {\n            "Type": "OutBoundNAT",\n            "ExceptionList": [ ]\n        }\n    ]\n}\n',
    `{\n    "type": "win-bridge",\n    "policies": [\n        {\n            "Type": "OutBoundNAT",\n            "ExceptionList": [\n                ${A},\n                ${B}\n            ]\n        }\n    ]\n}\n`,
  ],
];

for (const [name, before, after] of CASES) {
  test(`${after === undefined ? "nothing to write" : "written"}: ${name}`, () => {
    assert.is(edit(before, ["10.0.0.0/8", "11.0.0.0/8"]), after);
    if (after !== undefined) assert.is(edit(after, ["10.0.0.0/8", "11.0.0.0/8"]), undefined, "and no more after that");
  });
}

/** `marked` is the text above the carets, and its line. */
const REFUSED: [name: string, text: string, code: string, marked: string, message: RegExp][] = [
  ["an empty file", "", "json-syntax", "1:", /the file is empty/],
  ["a byte order mark", '\uFEFF{"type":"win-bridge"}', "json-syntax", "1:{", /begins with a byte order mark/],
  ["no JSON", "type: win-bridge\n", "json-syntax", "1:type", /not JSON/],
  ["cut short", '{\n  "type": "win-bridge",\n  "policies": [\n', "json-syntax", "3:[", /missing here/],
  ["a comment", '{\n  // bridge\n  "type": "win-bridge" }', "json-syntax", "2:// bridge", /no comments/],
  [
    "a trailing comma",
    '{\r\n  "type": "win-bridge",\r\n}\r\n',
    "json-syntax",
    "3:}",
    /a key in double quotes is missing/,
  ],
  ["more behind the end", '{"type": "win-bridge"} {}', "json-syntax", "1:{", /after the end/],
  ["a tab in a text", '{"type": "win-\tbridge"}', "json-syntax", '1:"win-\tbridge"', /control character/],
  ["half a \\u", '{"type": "\\u12"}', "json-syntax", '1:"\\u12"', /hexadecimal/],
  ["half a number", '{"x": 1.}', "json-syntax", "1:1.", /incomplete/],
  ["a word behind the end", '{"type": "win-bridge"}\nx', "json-syntax", "2:x", /after the end/],
  ["a text behind the end", '{"type": "win-bridge"} "x', "json-syntax", '1:"x', /after the end/],
  ["a comment behind the end", '{"type": "win-bridge"} // x', "json-syntax", "1:// x", /no comments/],
  ["a word in front", 'x {"type": "win-bridge"}', "json-syntax", "1:x", /not JSON/],
  ["too deep", "[".repeat(100_000), "json-syntax", "1:[", /nested too deep/],
  ["no object", '["win-bridge"]', "value-type", '1:["win-bridge"]', /the CNI config is a list, not an object/],
  [
    "a duplicate key",
    '{"type": "win-bridge",\n "dns": {"a": 1, "a": 2}}',
    "key-duplicate",
    '2:"a"',
    /the key a is set twice/,
  ],
  [
    "a duplicate but for case",
    '{"type": "win-bridge", "policies": [], "Policies": []}',
    "key-duplicate",
    '1:"Policies"',
    /the key Policies/,
  ],
  [
    "no such plugin",
    '{"cniVersion": "0.2.0",\n "type": "bridge"}',
    "plugin-missing",
    '2:"type"',
    /no plugin in this file.*found: bridge/,
  ],
  [
    "no such plugin in a list",
    '{"plugins": [{"type": "bridge"}, {"type": "portmap"}]}',
    "plugin-missing",
    '1:"plugins"',
    /bridge, portmap/,
  ],
  ["no plugin at all", "{}", "plugin-missing", "1:{", /no plugin in this file supports an OutBoundNAT policy$/],
  [
    "two such plugins",
    '{"plugins": [{"type": "win-bridge"}, {"type": "sdnbridge"}]}',
    "plugin-twice",
    '1:"sdnbridge"',
    /second plugin/,
  ],
  [
    "two such policies",
    nat('{"Type":"OutBoundNAT"},{"Type":"outboundnat"}'),
    "policy-twice",
    '1:"outboundnat"',
    /a second OutBoundNAT policy/,
  ],
  [
    "two lists",
    nat('{"Type":"OutBoundNAT","ExceptionList":[],"Settings":{"Exceptions":[]}}'),
    "policy-twice",
    '1:"Exceptions"',
    /a second list/,
  ],
  [
    "two lists in settings",
    nat('{"Type":"OutBoundNAT","Settings":{"ExceptionList":[],"Exceptions":[]}}'),
    "policy-twice",
    '1:"ExceptionList"',
    /a second list.*besides Exceptions/,
  ],
  [
    "a list that no plugin reads",
    nat('{"Type":"OutBoundNAT","exceptions":[]}'),
    "list-unread",
    '1:"exceptions"',
    /exceptions is only read in Settings/,
  ],
  [
    "a list that no plugin reads, next to the one that counts",
    nat('{"Type":"OutBoundNAT","ExceptionList":[],"Exceptions":[]}'),
    "list-unread",
    '1:"Exceptions"',
    /Exceptions is only read in Settings/,
  ],
  [
    "a list that is none",
    nat('{"Type":"OutBoundNAT","ExceptionList":"10.0.0.0/8"}'),
    "value-type",
    '1:"10.0.0.0/8"',
    /ExceptionList is the string "10.0.0.0\/8", not a list/,
  ],
  [
    "no list",
    nat('{"Type":"OutBoundNAT","ExceptionList":false}'),
    "value-type",
    "1:false",
    /ExceptionList is false, not a list/,
  ],
  [
    "policies that are none",
    '{"type": "win-bridge", "policies": {}}',
    "value-type",
    "1:{}",
    /policies is an object, not a list/,
  ],
  [
    "settings that are none",
    nat('{"Type":"OutBoundNAT","Settings":[]}'),
    "value-type",
    "1:[]",
    /Settings is a list, not an object/,
  ],
];

for (const [name, text, code, marked, message] of REFUSED) {
  test(`refused: ${name}`, () => {
    try {
      edit(text, ["10.0.0.0/8"]);
    } catch (error) {
      if (!(error instanceof CniConfigProblem)) throw error;
      assert.match(error.message, message);
      const { line, column, length } = error;
      const under = text
        .replace("\uFEFF", "")
        .split(/\r?\n/)
        [line - 1]?.slice(column - 1, column - 1 + length);
      assert.equal([error.code, `${line}:${under}`], [code, marked]);
      assert.ok(error.hint);
      return;
    }
    assert.unreachable("it was taken");
  });
}

const NOT_UTF8: [name: string, bytes: number[], place: string, hint: RegExp][] = [
  ["UTF-16", [0xff, 0xfe, 0x7b, 0x00], "1:1", /UTF-16/],
  ["UTF-16, big-endian", [0xfe, 0xff, 0x00, 0x7b], "1:1", /UTF-16/],
  ["a byte of another encoding", [0x7b, 0x0a, 0x20, 0xc3, 0xa4, 0xe4, 0x7d], "2:3", /^save it as UTF-8$/],
  ["the same behind a byte order mark", [0xef, 0xbb, 0xbf, 0x7b, 0xe4, 0x7d], "1:2", /^save it as UTF-8$/],
  ["a character cut short", [0x7b, 0x7d, 0xe2, 0x82], "1:3", /^save it as UTF-8$/],
];

for (const [name, bytes, place, hint] of NOT_UTF8) {
  test(`refused: ${name}`, () => {
    try {
      decodeCniConfig(new Uint8Array(bytes));
    } catch (error) {
      if (!(error instanceof CniConfigProblem)) throw error;
      assert.equal([error.code, `${error.line}:${error.column}`], ["not-utf8", place]);
      assert.match(error.hint, hint);
      return;
    }
    assert.unreachable("it was taken");
  });
}

/** A JSON value, in any layout. */
const json = fc.json({ maxDepth: 3 });
const space = fc.constantFrom("", " ", "\n", "\r\n\t", "  \n    ");
const cidrs = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 1, max: 223 }), fc.integer({ min: 8, max: 32 })).map(([a, n]) => `${a}.0.0.0/${n}`),
  { maxLength: 6 },
);

test("every byte outside the list stays, whatever it is, and a second edit writes nothing", () => {
  const parts = fc.record({
    gap: space,
    others: fc.array(json, { maxLength: 3 }),
    more: json,
  });
  const property = fc.property(parts, cidrs, cidrs, ({ gap, others, more }, old, wanted) => {
    const policies = [...others.map((one) => `{"name":${gap}"X","value":${one}}`), "HERE"].join(`,${gap}`);
    const [head = "", tail = ""] =
      `{${gap}"type"${gap}:"win-bridge","x":${gap}${more},"policies":[${policies}]${gap}}${gap}`.split("HERE");
    const list = `[${gap}${old.map((one) => `"${one}"`).join(`,${gap}`)}${gap}]`;
    const [open, close] = [
      `${head}{"name":"EndpointPolicy","value":{"Type":"OutBoundNAT",${gap}"ExceptionList":`,
      `${gap}}}${tail}`,
    ];
    const after = edit(open + list + close, wanted);
    if (after === undefined) return assert.equal([...old].sort(), [...wanted].sort());
    assert.ok(after.startsWith(open) && after.endsWith(close), after);
    assert.equal(JSON.parse(after.slice(open.length, after.length - close.length)), wanted);
    assert.is(edit(after, wanted), undefined);
  });
  fc.assert(property, { numRuns: cases(1000) });
});

test("adding a policy removes no byte", () => {
  const property = fc.property(space, fc.array(json, { maxLength: 3 }), json, cidrs, (gap, others, more, wanted) => {
    const policies = others.map((one) => `{"name":"X",${gap}"value":${one}}`).join(`,${gap}`);
    const before = `{${gap}"x":${more},${gap}"type":"win-bridge"${gap},"policies":[${policies}]${gap}}`;
    const after = edit(before, wanted) ?? "";
    assert.is(edit(after, wanted), undefined);
    const { policies: list, ...rest } = JSON.parse(after);
    const { policies: old, ...same } = JSON.parse(before);
    assert.equal(rest, same);
    assert.equal(list, [...old, { name: "EndpointPolicy", value: { Type: "OutBoundNAT", ExceptionList: wanted } }]);
    if (others.length > 0) {
      const end = before.lastIndexOf("]");
      assert.ok(after.startsWith(before.slice(0, end)) && after.endsWith(before.slice(end)), after);
    }
  });
  fc.assert(property, { numRuns: cases(1000) });
});

test.run();
