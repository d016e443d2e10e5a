// The CNI configs that are refused, and the place that each error names.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CniConfigProblem, decodeCniConfig } from "../../../src/backends/windows-cni/index.ts";
import { edit, nat } from "./cni-edit.ts";

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

test.run();
