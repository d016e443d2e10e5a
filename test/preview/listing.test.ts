import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkListing } from "../../src/preview/listing.ts";
import { errorOf } from "../error-of.ts";

const OTHER = 'table inet firewalld {\n\tchain x {\n\t\tcomment "}"\n\t}\n}\n';

test("a listing consists of tables, with comments between them", async () => {
  for (const good of ["", "# a comment\n\n", OTHER, `${OTHER}\r\n${OTHER}`, "table ip x { # handle 3\n}\n"]) {
    assert.is(checkListing(good), good);
  }
  assert.is(checkListing(`table ip x {\n${" ".repeat(17)}y\n}`), "table ip x {\n\t\t y\n}");
  const bad: [string, RegExp][] = [
    ["*nat\nCOMMIT\n", /^line 1 is not inside a table: \*nat$/],
    ['{"nftables": []}', /^line 1 is not inside/],
    [`${OTHER}x`, /^line 6 is not inside a table: x$/],
    ["table ip x {\n\tchain y {\n\t}\n", /^it ends in the middle of a table$/],
  ];
  for (const [listing, message] of bad) {
    assert.match((await errorOf((async () => checkListing(listing))())).message, message);
  }
});

test.run();
