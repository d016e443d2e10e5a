// Logs in the formats of programs and clouds: the recognized format, and the address that the core then finds.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AddressPlace, LineReader } from "../../src/core/index.ts";
import { recognizeFlows, type WantedPlaces } from "../../src/flows/index.ts";

/** The address at a place in each line, as the core reads it. */
function addressesAt(text: string, place: AddressPlace): string[] {
  const reader = new LineReader([], { place });
  const bytes = new TextEncoder().encode(text.replace(/\n?$/, "\n"));
  reader.room().set(bytes);
  reader.filled(bytes.length);
  const batch = reader.next();
  return Array.from({ length: batch?.count ?? 0 }, (_, i) => batch?.address(i) ?? "");
}

/** The text below its header. */
function belowHeader(text: string, header: string | undefined): string {
  return header === undefined ? text : text.slice(text.indexOf("\n", text.indexOf(header)) + 1);
}

/** The format's name, the label of the destination, and the address in each line, or why the destination is ambiguous. */
function summary(text: string, wanted?: WantedPlaces): string {
  const found = recognizeFlows(text, wanted);
  if (!found.ok) return `${found.why}; ${found.remedy}`;
  const { name, destination, source, header } = found.format;
  const lines = belowHeader(text, header);
  const from = source ? ` from ${addressesAt(lines, source.place).join(" ")}` : "";
  return `${name}, ${destination.label}: ${addressesAt(lines, destination.place).join(" ")}${from}`;
}

const CONNTRACK =
  "tcp      6 431999 ESTABLISHED src=10.1.2.3 dst=8.8.8.8 sport=1 dport=443 src=8.8.8.8 dst=192.0.2.1 sport=443 dport=1 [ASSURED] mark=0 use=1";
const AWS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const AWS_RECORD =
  "2 123456789010 eni-1235b8ca123456789 10.1.2.3 8.8.8.8 49152 443 6 20 4249 1418530010 1418530070 ACCEPT OK";
const AWS_NONE = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA";
const GCP = (dest: string) =>
  `{"insertId":"1x","jsonPayload":{"bytes_sent":"1","connection":{"dest_ip":"${dest}","dest_port":443,"protocol":6,"src_ip":"10.1.2.3","src_port":1},"src_instance":{"vm_name":"a \\"b\\" {"}},"logName":"projects/x/logs/compute.googleapis.com%2Fvpc_flows"}`;

const CERTAIN: readonly (readonly [text: string, summary: string, wanted?: WantedPlaces])[] = [
  ["10.0.0.1\n2001:db8::1\n", "addresses, the only address: 10.0.0.1 2001:db8::1"],
  ["at 12:30:45 to 10.0.0.1:443, done\n# nothing\n", "addresses, the only address: 10.0.0.1 "],
  ["10.0.0.1\n10.0.0.2 10.0.0.3", "addresses, the only address: 10.0.0.1 "],
  ["", "addresses, the only address: "],
  ["nothing\n", "addresses, the only address: "],
  [`${CONNTRACK}\n`, "conntrack, dst: 8.8.8.8 from 10.1.2.3"],
  [`    [NEW] ${CONNTRACK}\n`, "conntrack, dst: 8.8.8.8 from 10.1.2.3"],
  [`ipv4     2 ${CONNTRACK}\n`, "conntrack -o extended, dst: 8.8.8.8 from 10.1.2.3"],
  ["flows follow\nx src=10.0.0.1 dst=8.8.8.8\n", "NAME=VALUE, dst:  8.8.8.8"],
  ["kernel: IN= OUT=eth0 SRC=10.0.0.1 DST=8.8.8.8 LEN=60\n", "NAME=VALUE, DST: 8.8.8.8"],
  ['srcip=10.0.0.1 dstip="8.8.8.8" n=1\n', "NAME=VALUE, dstip: 8.8.8.8"],
  [`${AWS}\n${AWS_RECORD}\n${AWS_NONE}\n`, "AWS VPC flow log, dstaddr: 8.8.8.8 "],
  [`${AWS_NONE}\n${AWS_RECORD}\n`, "AWS VPC flow log, field 5:  8.8.8.8"],
  [`2024-01-02T03:04:05.000Z ${AWS_RECORD}\n`, "AWS VPC flow log, field 6: 8.8.8.8"],
  ["dstaddr pkt-dstaddr srcaddr\n10.0.0.9 8.8.8.8 10.1.2.3\n- - -\n", "AWS VPC flow log, pkt-dstaddr: 8.8.8.8 "],
  [`${GCP("8.8.8.8")}\n${GCP("")}\n{}\n`, "GCP VPC flow log, jsonPayload.connection.dest_ip: 8.8.8.8  "],
  [
    "jsonPayload.connection.src_ip,jsonPayload.connection.dest_ip\n10.1.2.3,8.8.8.8\n",
    "GCP VPC flow log, jsonPayload.connection.dest_ip: 8.8.8.8",
  ],
  [
    '"TimeGenerated [UTC]",SrcIp,DestIp,FlowStatus\n"1/2/2024, 3:04:05 AM",10.1.2.3,8.8.8.8,Allowed\n',
    "Azure flow log, DestIp: 8.8.8.8",
  ],
  ["1542110377,10.1.2.3,8.8.8.8,44931,443,T,O,A,B,,,,\n", "Azure flow tuples, field 3: 8.8.8.8"],
  ["1487282421,10.1.2.3,8.8.8.8,51529,5358,T,I,D\n", "Azure flow tuples, field 3: 8.8.8.8"],
  ["1663146003606, 10.1.2.3, fd00::1, , , 1, O, E, NX, 0, 0, 0, 0\n", "Azure flow tuples, field 3: fd00::1"],
  ['      "1663146003599,10.1.2.3,8.8.8.8,23956,443,6,O,B,NX,0,0,0,0",\n', "Azure flow tuples, field 3: 8.8.8.8"],
  ["1663146003599,10.1.2.3,8.8.8.8,23956,443,6,O,B,NX,0,0,0,0\n", "Azure flow tuples, field 3: 8.8.8.8"],
  ['time;"dst ip";src\r\n1;8.8.8.8;10.1.2.3\r\n2;"8.8.4.4";10.1.2.3\r\n', "table, dst ip: 8.8.8.8 8.8.4.4"],
  // In a line with another number of columns, the address would come from the wrong one.
  ["dst_ip,note,src_ip\n8.8.8.8,a,10.1.2.3\n8.8.8.8,a,b,10.1.2.3\n1,8.8.8.8\n", "CSV, dst_ip: 8.8.8.8  "],
  ['note,dst\n"a,b ""c""",8.8.8.8\n', "CSV, dst: 8.8.8.8"],
  [
    '{"event_type":"flow","src_ip":"10.1.2.3","dest_ip":"8.8.8.8"}\n{"event_type":"stats"}\n',
    "JSON lines, dest_ip: 8.8.8.8 ",
  ],
  [
    '{"source":{"ip":"10.1.2.3"},"destination":{"ip":"8.8.8.8","address":"8.8.8.8"}}\n',
    "JSON lines, destination.ip: 8.8.8.8",
  ],
  ['{"id.orig_h":"10.1.2.3","id.resp_h":"8.8.8.8"}\n', "JSON lines, id.resp_h: 8.8.8.8"],
  [
    '{ "flow" : {"x":[{"IP":1}], "IP" : {"source":"10.1.2.3", "destination" : "8.8.8.8"} } }\n',
    "JSON lines, flow.IP.destination: 8.8.8.8",
  ],
  ['damaged\n{"src_ip":"10.1.2.3","dst_ip":"8.8.8.8"}\n', "JSON lines, dst_ip:  8.8.8.8"],
  ['10.1.0.1\n10.1.0.2\n{"n":"10.1.0.3"}\n', "addresses, the only address: 10.1.0.1 10.1.0.2 10.1.0.3"],
  // With explicit flags.
  [
    '{"a":{"b":"10.1.2.3","c":"8.8.8.8"}}\n{"a.c":"8.8.4.4"}\n{"a":1,"a":{"c":"1.1.1.1"}}\n{"a":{"c":["9.9.9.9"]}}\n',
    "JSON lines, a.c: 8.8.8.8 8.8.4.4 1.1.1.1 ",
    { destination: { key: "a.c" } },
  ],
  [
    '{"a":"10.1.2.3","b":"8.8.8.8"}\n',
    "JSON lines, b: 8.8.8.8 from 10.1.2.3",
    { destination: { key: "b" }, source: { key: "a" } },
  ],
  ["a,b\n10.1.2.3,8.8.8.8\n", "CSV, b: 8.8.8.8 from 10.1.2.3", { destination: { key: "B" }, source: { field: 1 } }],
  ["srcaddr dstaddr\n10.1.2.3 8.8.8.8\n", "AWS VPC flow log, srcaddr: 10.1.2.3", { destination: { key: "srcaddr" } }],
  ["10.1.2.3,8.8.8.8\n", "lines, field 2: 8.8.8.8", { destination: { field: 2 } }],
  ["10.1.2.3 > 8.8.8.8\n", "lines, field 3: 8.8.8.8", { destination: { field: 3 } }],
  [`${CONNTRACK}\n`, "conntrack, dst: 8.8.8.8 from 10.1.2.3", { source: { key: "src" } }],
];

test("formats are recognized, and the core finds the destination there", () => {
  for (const [text, expected, wanted] of CERTAIN) assert.is(summary(text, wanted), expected, text);
});

/** AWS's columns with the destination first, as a custom format may have them. */
const CUSTOM =
  "version account-id interface-id dstaddr srcaddr srcport dstport protocol packets bytes start end action log-status";
const CUSTOM_RECORD =
  "2 123456789010 eni-1235b8ca123456789 8.8.8.8 10.1.2.3 443 49152 6 20 4249 1418530010 1418530070 ACCEPT OK";
const DESTINATION = "AWS VPC flow log, dstaddr:";

const HEADERS: readonly (readonly [text: string, summary: string | RegExp, wanted?: WantedPlaces])[] = [
  [`${CUSTOM}\n${CUSTOM_RECORD}\n`, `${DESTINATION} 8.8.8.8`],
  // Damaged lines do not change what the header means.
  [`${CUSTOM}\n${CUSTOM_RECORD}\n2 short\n`, `${DESTINATION} 8.8.8.8 `],
  [`${CUSTOM}\n2 short\n${CUSTOM_RECORD}\n2 short\n2 10.1.2.3\n`, `${DESTINATION}  8.8.8.8  `],
  [`${CUSTOM}\n2 short\n${CUSTOM_RECORD}\n`, `${DESTINATION}  8.8.8.8`, { destination: { key: "dstaddr" } }],
  ["dst x\n8.8.8.8 10.1.2.3\nshort\n8.8.4.4 10.1.2.3\n", "table, dst: 8.8.8.8  8.8.4.4"],
  // Empty lines and comments.
  [`\n  \n${CUSTOM}\n${CUSTOM_RECORD}\n`, `${DESTINATION} 8.8.8.8`],
  [`# from eni-1, src and dst\n#\n\n${CUSTOM}\r\n${CUSTOM_RECORD}\r\n`, `${DESTINATION} 8.8.8.8`],
  ["\uFEFF# to 8.8.8.8\nsrc,dst\n10.1.2.3,8.8.8.8\n", "CSV, dst: 8.8.8.8"],
  ["# flows\n# src dst\n10.1.2.3 8.8.8.8\n", "table, dst: 8.8.8.8"],
  ["#src,dst\n10.1.2.3,8.8.8.8\n", "CSV, dst: 8.8.8.8"],
  ["# the destination\n8.8.8.8\n8.8.4.4\n", "addresses, the only address:  8.8.8.8 8.8.4.4"],
  // A sentence is not a header, although it has known names.
  ["packets to each destination\n8.8.8.8\n", "addresses, the only address:  8.8.8.8"],
  ["protocol, packets and bytes\n8.8.8.8\n", "addresses, the only address:  8.8.8.8"],
  // Default columns are not assumed if other ones are named.
  [`exported\n${CUSTOM}\n${CUSTOM_RECORD}\n`, /column names .* other columns than .*--field=NUMBER; by default .* 5$/],
  [`${CUSTOM} x\n${CUSTOM_RECORD}\n`, /^a line of column names does not fit/],
  [`action log-status\n2024-01-02T03:04:05.000Z ${AWS_RECORD}\n`, /--field=NUMBER; by default it is field 6$/],
  [`${CUSTOM} x\n${AWS_RECORD}\n`, "lines, field 5:  8.8.8.8", { destination: { field: 5 } }],
  [`2 short\n${AWS_RECORD}\n`, "AWS VPC flow log, field 5:  8.8.8.8"],
];

test("a header decides which column is the destination, whatever damaged lines and comments are around it", () => {
  for (const [text, expected, wanted] of HEADERS) {
    const found = summary(text, wanted);
    if (typeof expected === "string") assert.is(found, expected, text);
    else assert.match(found, expected, text);
  }
});

const SOURCES: readonly (readonly [text: string, label: string, sources: string, wanted?: WantedPlaces])[] = [
  [`${AWS}\n${AWS_RECORD}\n`, "srcaddr", "10.1.2.3"],
  [`${AWS_RECORD}\n`, "field 4", "10.1.2.3"],
  [`2024-01-02T03:04:05.000Z ${AWS_RECORD}\n`, "field 5", "10.1.2.3"],
  ["dstaddr pkt-srcaddr srcaddr\n8.8.8.8 10.1.2.3 10.0.0.9\n", "pkt-srcaddr", "10.1.2.3"],
  [`${GCP("8.8.8.8")}\n`, "jsonPayload.connection.src_ip", "10.1.2.3"],
  ["SrcIp,DestIp\n10.1.2.3,8.8.8.8\n", "SrcIp", "10.1.2.3"],
  ["1542110377,10.1.2.3,8.8.8.8,44931,443,T,O,A,B,,,,\n", "field 2", "10.1.2.3"],
  ["kernel: IN= OUT=eth0 SRC=10.1.2.3 DST=8.8.8.8\n", "SRC", "10.1.2.3"],
  ['{"source":{"ip":"10.1.2.3"},"destination":{"ip":"8.8.8.8"}}\n', "source.ip", "10.1.2.3"],
  ['{"id.orig_h":"10.1.2.3","id.resp_h":"8.8.8.8"}\n', "id.orig_h", "10.1.2.3"],
  ["a,src\n8.8.8.8,10.1.2.3\n", "src", "10.1.2.3", { destination: { key: "a" } }],
  // None has such a name, or two that differ.
  ["client,dst_ip\n10.1.2.3,8.8.8.8\n", "", ""],
  ["src,src_ip,dst_ip\n10.1.2.3,10.1.2.4,8.8.8.8\n", "", ""],
  ["10.0.0.1\n", "", ""],
];

test("the source is recognized by its name", () => {
  for (const [text, label, sources, wanted] of SOURCES) {
    const found = recognizeFlows(text, wanted);
    if (!found.ok) return assert.unreachable(`${text}${found.why}`);
    const { namedSource, header } = found.format;
    const lines = belowHeader(text, header);
    assert.is(namedSource?.label ?? "", label, text);
    assert.is(namedSource ? addressesAt(lines, namedSource.place).join(" ") : "", sources, text);
  }
});

const UNCERTAIN: readonly (readonly [text: string, why: RegExp, wanted?: WantedPlaces])[] = [
  ["10.1.2.3 > 8.8.8.8\n", /a line has 2 addresses, .*--field=3 selects 8\.8\.8\.8$/],
  ["a=10.1.2.3 b=8.8.8.8\n", /--key=b selects 8\.8\.8\.8$/],
  ["10.0.0.1\n10.0.0.2 10.0.0.3\n", /a line has 2 addresses/],
  // Without white space a field is a column.
  ["1,10.1.2.3,8.8.8.8,443\n", /--field=3 selects 8\.8\.8\.8$/],
  ["damaged\n1,10.1.2.3,8.8.8.8,443\n2,10.1.2.3,8.8.4.4,443\n", /--field=3 selects 8\.8\.8\.8$/],
  ["n=1 10.1.2.3,8.8.8.8 a=x,b=8.8.8.8\n", /--key=b selects 8\.8\.8\.8$/],
  // No place selects the last address.
  ["10.1.2.3->8.8.8.8\n", /NUMBER, which selects the first address there: put spaces between addresses in one field$/],
  ["a b 10.1.2.3->8.8.8.8\n", /put spaces between addresses in one field$/],
  ["to=10.1.2.3 to=8.8.8.8,1.1.1.1\n", /--key=to selects 10\.1\.2\.3$/],
  ["damaged\nx\n1,10.1.2.3,8.8.8.8,443\n", /put spaces between addresses in one field$/],
  ['"1542110377,10.1.2.3,8.8.8.8,44931,443,T,O,A"\n', /Azure flow tuples in quotes; print them without quotes: jq -r$/],
  [
    "dst_ip,dest_ip\n10.1.2.3,8.8.8.8\n",
    /which column is the destination: dst_ip, dest_ip; name it, such as --key=dst_ip/,
  ],
  ["a,dst_ip\n1,host\n", /which column is the destination: a, dst_ip/],
  ["dst_ip,a\n8.8.8.8,1\n", /column "b" not found; name one of dst_ip, a/, { destination: { key: "b" } }],
  ["dst_ip,a\n8.8.8.8,1\n", /^field 3 not found/, { destination: { field: 3 } }],
  [
    '{"a":"10.1.2.3","b":"8.8.8.8"}\n',
    /which of their addresses is the destination: a, b; name its path, such as --key=b/,
  ],
  ['damaged\n{"a":"10.1.2.3","b":"8.8.8.8"}\n', /JSON lines.* destination: a, b; name its path, such as --key=b$/],
  ['10.0.0.9 damaged\n{"a":"10.1.2.3","b":"8.8.8.8"}\n', /JSON lines.* such as --key=b$/],
  ['damaged\n{"a":"10.1.2.3","b":"8.8.8.8"}\n', /which have no fields/, { destination: { field: 1 } }],
  ['# one\n{\n  "src_ip": "10.1.2.3",\n  "dst_ip": "8.8.8.8"\n}\n', /a JSON document/],
  ['{"a":1}\n', /JSON lines, and the first ones have no address/],
  ['{"a":1}\n', /which have no fields/, { destination: { field: 1 } }],
  ['[\n{"dst_ip":"8.8.8.8"}\n]\n', /a JSON document.*jq -c/],
  ['{"records":[{"properties":{"flows":[]}}]}', /as Azure writes it.*flowTuples/],
];

test("no address is taken for the destination unless it is certain", () => {
  for (const [text, why, wanted] of UNCERTAIN) assert.match(summary(text, wanted), why, text);
});

test("a path in hostile JSON", () => {
  const path = { path: "a.b" };
  const cases = [
    ['{"a":{"x":"}","b":"1.1.1.1"}}', "1.1.1.1"],
    ['{"a":{"x":"\\"b\\":","b":"1.1.1.1"}}', "1.1.1.1"],
    ['{"x":{"a":{"b":"2.2.2.2"}},"a":{"b":"1.1.1.1"}}', "1.1.1.1"],
    ['{"x":[[{"a":"]"}]],"a":{"c":{"b":"2.2.2.2"},"b":"1.1.1.1"}}', "1.1.1.1"],
    ['{"a":{},"b":"2.2.2.2"}', ""],
    ['{"a":{"b":"', ""],
    ['{"a":{"b', ""],
    ['{"a":{"b":null,"c":"2.2.2.2"}}', ""],
    ['{"a":{"b":{"c":"2.2.2.2"}}}', ""],
    ['{"a', ""],
    ["{", ""],
    ['["a","b","2.2.2.2"]', ""],
    ['{"ab":"2.2.2.2","":{"b":"2.2.2.2"},"a.b":"1.1.1.1"}', "1.1.1.1"],
    [`{"x":${"[".repeat(3000)}`, ""],
  ] as const;
  for (const [line, address] of cases) assert.equal(addressesAt(`${line}\n`, path), [address], line);
});

test.run();
