// The question at the top of the page.
import type { Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readQuestion } from "../../src/preview/question.ts";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { browserTest, text, type, withPage } from "../page/browser.ts";

const field = (page: Page) => page.getByRole("textbox", { name: "Where does a packet to" });

/** The path and the text below it, on one line each. */
async function answer(page: Page, question: string): Promise<readonly string[]> {
  await field(page).fill(question);
  const stops = await page.getByTestId("way").getByRole("listitem").allInnerTexts();
  const because = await page.getByTestId("because").allInnerTexts();
  return [stops.map((stop) => stop.replace(/\s+/g, " ")).join(" | "), ...because].map((line) => line.trim());
}

browserTest("on first load there is a question and its answer, and the entry that decides is marked", () =>
  withPage(async (page) => {
    assert.is(await field(page).inputValue(), "10.244.1.7 → 10.200.8.1");
    assert.is(await text(page, "sees"), "sees the node's address");
    assert.is(await page.locator(".decides").innerText(), "10.200.0.0/16");
    // It is visible without scrolling, and above everything else.
    const box = await page.getByTestId("way").boundingBox();
    assert.ok(box && box.y < 300);
  }),
);

browserTest("the answer: what the destination sees, the entry that decides, and what it depends on", () =>
  withPage(
    async (page) => {
      assert.equal(await answer(page, "10.1.2.3"), [
        "POD any pod | NODE keeps the source | DESTINATION 10.1.2.3 sees the pod's address",
        "kept by 10.0.0.0/8, line 1.",
      ]);
      assert.is(await page.locator(".decides").innerText(), "10.0.0.0/8");
      assert.equal(await answer(page, "10.244.9.9 -> 10.1.2.3"), [
        "POD 10.244.9.9 | NODE keeps the source | DESTINATION 10.1.2.3 sees 10.244.9.9",
        "kept by 10.0.0.0/8, line 1.",
      ]);
      assert.equal(await answer(page, "8.8.8.8"), [
        "POD any pod | NODE masquerades | DESTINATION 8.8.8.8 sees the node's address",
        "masqueraded because no entry contains it, if it comes from 10.244.0.0/16 and it leaves through eth*; otherwise the packet keeps its address.",
      ]);
      assert.is(await page.locator(".decides").count(), 0);
      assert.equal(await answer(page, "10.244.1.1 8.8.8.8 via eth0"), [
        "POD 10.244.1.1 | NODE masquerades leaves through eth0 | DESTINATION 8.8.8.8 sees the node's address",
        "masqueraded because no entry contains it, as it comes from 10.244.0.0/16 and it leaves through eth*.",
      ]);
      assert.equal(await answer(page, "192.168.1.1 → 8.8.8.8"), [
        "POD 192.168.1.1 | NODE keeps the source | DESTINATION 8.8.8.8 sees 192.168.1.1",
        "kept because its source is not in sourceCIDRs.",
      ]);
      assert.equal(await answer(page, "10.244.1.1 → 198.51.100.9 via cni0"), [
        "POD 10.244.1.1 | NODE keeps the source leaves through cni0 | DESTINATION 198.51.100.9 sees 10.244.1.1",
        "kept because its interface is not in outputInterfaces.",
      ]);
      assert.match((await answer(page, "10.244.1.1 → 198.51.100.9 via eth0"))[0] ?? "", /sees 203\.0\.113\.5$/);
      // For a CIDR, the parts that are treated differently.
      await field(page).fill("10.0.0.0/8");
      const parts = await page.getByTestId("parts").getByRole("row").allInnerTexts();
      assert.equal(
        parts.map((row) => row.replace(/\s+/g, " ")),
        [
          "10.0.0.0-10.199.255.255 kept 10.0.0.0/8, line 1",
          "10.200.0.0/16 masqueraded 10.200.0.0/16, line 2, if its source is in sourceCIDRs and it leaves through one of outputInterfaces",
          "10.201.0.0-10.255.255.255 kept 10.0.0.0/8, line 1",
        ],
      );
      assert.match((await answer(page, "10.1.0.0/16"))[1] ?? "", /^kept by 10\.0\.0\.0\/8/);
      // IPv6 without rules, and how to enable them.
      assert.match(
        (await answer(page, "2001:db8::1"))[1] ?? "",
        /^kept: without --enable-ipv6 the agent writes no IPv6 rules/,
      );
      await page.getByTestId("because").getByRole("button", { name: "Turn it on" }).click();
      // No IPv6 source is in sourceCIDRs.
      assert.match(await text(page, "because"), /^kept because its source is not in sourceCIDRs/);
      await field(page).fill("example.com");
      await page.getByText("example.com is a host name; this page does not resolve names. Enter its address").waitFor();
      assert.is(await field(page).getAttribute("aria-invalid"), "true");
    },
    {
      config:
        "nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqueradeCIDRs: [10.200.0.0/16]\nsourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth*]\nsnat: [{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 }]\n",
      flags: DEFAULT_FLAGS,
    },
  ),
);

browserTest("packets that no node forwards are never masqueraded", () =>
  withPage(
    async (page) => {
      const cases = [
        ["127.0.0.1", "never gets this packet", /^127\.0\.0\.0\/8 is loopback: the packet stays in the pod/],
        ["::1", "never gets this packet", /^::1\/128 is loopback/],
        [
          "10.244.1.7 → 224.0.0.1",
          "does not forward it",
          /^224\.0\.0\.0\/4 is multicast, which a node forwards only if/,
        ],
        ["239.0.0.0/8", "does not forward it", /is multicast/],
        ["255.255.255.255", "does not forward it", /is broadcast/],
        ["fe80::1", "does not forward it", /is link-local/],
      ] as const;
      for (const [question, does, why] of cases) {
        await field(page).fill(question);
        assert.is(await text(page, "does"), does, question);
        assert.match(await text(page, "because"), why, question);
        assert.is(await page.getByTestId("sees").count(), 0, question);
      }
      // A block that contains other addresses too is answered like any other.
      await field(page).fill("224.0.0.0/3");
      assert.is(await text(page, "sees"), "sees the node's address");
    },
    { config: "nonMasqueradeCIDRs: [10.0.0.0/8]\n" },
  ),
);

browserTest("a changed answer shows the previous one; the file of the entry opens", () =>
  withPage(
    async (page) => {
      assert.is(await text(page, "answer-before"), "Before: kept, by 10.0.0.0/8, line 1");
      await field(page).fill("9.9.9.9");
      assert.is(await page.getByTestId("answer-before").count(), 0);
      await field(page).fill("192.168.7.7");
      assert.is(await page.getByRole("button", { name: "b.yaml", exact: true }).getAttribute("aria-pressed"), "true");
      assert.is(await page.locator(".decides").innerText(), "192.168.0.0/16");
      await type(page, "{", "After");
      assert.match(await text(page, "because"), /^kept by 192\.168\.0\.0\/16/, "by the last valid config");
      const stale = /^The config in the editor is invalid\. This (answer|view) is based on the last valid one/;
      for (const id of ["answer-stale", "stale"]) assert.match(await text(page, id), stale);
      await type(page, "{}", "After");
      assert.is(await page.getByTestId("answer-stale").count(), 0);
      await page.getByLabel("--masq-chain").fill("-");
      for (const id of ["answer-stale", "stale"]) assert.match(await text(page, id), /^A flag is invalid\./);
    },
    {
      config: [
        { file: "a.yaml", text: "nonMasqueradeCIDRs: [172.16.0.0/12]\n" },
        { file: "b.yaml", text: "nonMasqueradeCIDRs: [192.168.0.0/16]\n" },
      ],
      before: "nonMasqueradeCIDRs: [10.0.0.0/8]\n",
      question: "10.1.1.1",
    },
  ),
);

test("valid questions, and what is reported for invalid ones", () => {
  const good: [text: string, destination: string, source?: string | undefined, outputInterface?: string][] = [
    ["10.1.2.3", "10.1.2.3"],
    ["  10.0.0.0/8 ", "10.0.0.0/8"],
    ["10.244.1.7 → 10.1.2.3", "10.1.2.3", "10.244.1.7"],
    ["10.244.1.7->10.1.2.3", "10.1.2.3", "10.244.1.7"],
    ["10.244.1.7 => 10.0.0.0/8 via eth0", "10.0.0.0/8", "10.244.1.7", "eth0"],
    ["10.244.1.7 to fd00::1", "fd00::1", "10.244.1.7"],
    ["10.244.1.7, 10.1.2.3", "10.1.2.3", "10.244.1.7"],
    ["10.244.1.7:3333 > [fd00::1]:443", "fd00::1", "10.244.1.7"],
    ["10.244.1.7/32 → 10.1.2.3", "10.1.2.3", "10.244.1.7"],
    ["fd00::7/128 → fd00::1", "fd00::1", "fd00::7"],
    ["8.8.8.8 via wlan0", "8.8.8.8", undefined, "wlan0"],
  ];
  for (const [asked, destination, source, outputInterface] of good) {
    assert.equal(readQuestion(asked), { kind: "packet", destination, source, outputInterface }, asked);
  }
  assert.equal(readQuestion("  "), { kind: "none" });
  const bad: [text: string, message: RegExp][] = [
    ["example.com", /^example\.com is a host name; this page does not resolve names\. Enter its address$/],
    ["10.1.2", /^10\.1\.2 is neither an address nor a CIDR; write one, such as/],
    ["10.0.0.0/33", /neither an address nor a CIDR/],
    ["10.0.0.0/8 → 8.8.8.8", /^the source 10\.0\.0\.0\/8 is a CIDR; write one address in it$/],
    ["10.244.1.7 →", /^the destination is missing; write it after the arrow$/],
    ["→ 10.1.2.3", /^the source is missing; write it before the arrow$/],
    ["10.244.1.7/31 → 10.1.2.3", /^the source 10\.244\.1\.7\/31 is a CIDR/],
    ["1.1.1.1 2.2.2.2 3.3.3.3", /more than two addresses/],
  ];
  for (const [asked, message] of bad) {
    const read = readQuestion(asked);
    assert.match(read.kind === "unclear" ? read.message : read.kind, message, asked);
  }
});

test.run();
