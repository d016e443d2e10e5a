// The view Flows: lines of a log, and addresses.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { browserTest, says, tab, type, withPage } from "../page/browser.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest("one address, many, and a file of them", () =>
  withPage(
    async (page) => {
      const field = page.getByLabel("Lines of a log, or addresses");
      const decides = page.locator(".decides");
      await field.pressSequentially("10.1.2.3");
      await page.getByRole("cell", { name: "kept" }).waitFor();
      await field.fill("8.8.8.8");
      await page.getByRole("cell", { name: "no entry contains it" }).waitFor();
      await field.fill("10.1.2.3\n8.8.8.8\nnothing here\n192.168.1.1\n192.168.1.2\n");
      await page.getByTestId("counted").getByText("5 lines, 1 without an address").waitFor();
      const rows = await page.getByTestId("entries").getByRole("row").allInnerTexts();
      assert.equal(
        rows.slice(1).map((row) => row.split("\t").map((cell) => cell.trim())),
        [
          ["192.168.0.0/16, line 3", "kept", "2"],
          ["10.0.0.0/8, line 2", "kept", "1"],
          ["no entry contains it", "masqueraded", "1"],
        ],
      );
      await page.getByRole("row", { name: /192\.168\.1\.2/ }).hover();
      await decides.getByText("192.168.0.0/16").waitFor();

      const lines = Array.from({ length: 200_000 }, (_, i) => `${i & 1 ? "10" : "9"}.${i & 255}.0.1`).join("\n");
      await page
        .getByLabel("Open files")
        .setInputFiles({ name: "flows.log", mimeType: "text/plain", buffer: Buffer.from(lines) });
      await page.getByTestId("counted").getByText("200,000 lines").waitFor();
      await page.getByTestId("entries").getByRole("row", { name: "10.0.0.0/8, line 2 kept 100,000" }).waitFor();
      await tab(page, "Map");
      await tab(page, "Flows");
      await page.getByTestId("counted").getByText("200,000 lines").waitFor();
      assert.is(page.workers().length, 1);
      await page.getByRole("button", { name: "Close the file" }).click();
      await page.getByTestId("counted").getByText("5 lines").waitFor();

      // A flow log has the pod first; the place of the destination is recognized, shown, and can be changed.
      await field.fill("tcp 6 ESTABLISHED src=10.0.0.5 dst=8.8.8.8 sport=1 dport=2\n");
      await page.getByRole("cell", { name: "8.8.8.8", exact: true }).first().waitFor();
      await says(page, "format", /the destination is dst/);
      await page.getByLabel("The destination is").selectOption("first");
      await page.getByRole("cell", { name: "10.0.0.5", exact: true }).first().waitFor();
      await page.getByLabel("The destination is").selectOption("key");
      await page.getByRole("cell", { name: "8.8.8.8", exact: true }).first().waitFor();
      await page.getByLabel("The destination is").selectOption("field");
      await page.getByRole("textbox", { name: "Field number of the destination" }).fill("4");
      await page.getByRole("cell", { name: "10.0.0.5", exact: true }).first().waitFor();

      // While the config is invalid, the last valid one decides; a line of several megabytes does no harm.
      await type(page, "nonMasqueradeCIDRs: [x]");
      await page.getByLabel("The destination is").selectOption("first");
      await field.fill("192.168.3.4");
      await page.getByRole("cell", { name: "192.168.0.0/16, line 3" }).waitFor();
      const long = `10.0.0.1 # ${"x".repeat(5_000_000)}`;
      const input = page.getByLabel("Open files");
      await input.setInputFiles({ name: "long.log", mimeType: "text/plain", buffer: Buffer.from(long) });
      await page.getByRole("cell", { name: /^10\.0\.0\.1 # x+…$/ }).waitFor();
    },
    { config: CONFIG, tab: "flows" },
  ),
);

test.run();
