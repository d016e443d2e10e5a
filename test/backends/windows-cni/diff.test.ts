// The edit of a CNI config: every spelling and every layout.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { diffCniConfig, formatChange } from "../../../src/backends/windows-cni/index.ts";
import type { FamilyPolicy } from "../../../src/policy/index.ts";
import { cases } from "../../cases.ts";
import { edit, nat, policyOf } from "./cni-edit.ts";

const BEFORE = readFileSync("docs/examples/cbr0.conf", "utf8");
const AFTER = readFileSync("test/fixtures/cbr0.after.conf", "utf8");
const GOLDEN = ["192.168.0.0/16", "11.0.0.0/8", "10.137.196.0/23"];

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
