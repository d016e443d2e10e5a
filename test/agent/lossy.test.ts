// Lines for a reader that does not read, or that has gone away.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lossyWriter } from "../../src/agent/lossy.ts";

/** A stream that accepts its input when `take` is called. */
function slowStream() {
  const written: string[] = [];
  let take = (_?: Error) => {};
  const writer = lossyWriter(
    (text, done) => {
      take = (error) => {
        if (!error) written.push(text);
        done(error);
      };
    },
    (count) => `lost ${count}\n`,
  );
  return { written, writer, take: (error?: Error) => take(error) };
}

test("lines are written in order, and the buffer is bounded", () => {
  const { written, writer, take } = slowStream();
  const line = `${"x".repeat(1023)}\n`;
  writer.write("first\n");
  for (let i = 0; i < 1_000; i++) writer.write(line);
  take();
  take();
  writer.write("last\n");
  take();
  const [first, waited = "", last] = written;
  assert.is(first, "first\n");
  assert.ok(waited.length > 200_000 && waited.length <= 256 * 1024);
  const lost = 1_000 - waited.split(line).length + 1;
  assert.is(`${waited}${last}`.replaceAll(line, ""), `lost ${lost}\nlast\n`);
  writer.write("more\n");
  take();
  assert.is(written.at(-1), "more\n", "it is reported once");
});

test("a long line is written if nothing is waiting", () => {
  const { written, writer, take } = slowStream();
  writer.write("x".repeat(1 << 20));
  take();
  assert.is(written[0]?.length, 1 << 20);
});

test("lines that fail are counted as lost, whether the write throws or not", () => {
  const written: string[] = [];
  let failure: "throws" | "fails" | undefined = "throws";
  const writer = lossyWriter(
    (text, done) => {
      if (failure === "throws") throw new Error("EPIPE");
      if (failure === "fails") return done(new Error("ENOSPC"));
      written.push(text);
      done();
    },
    (count) => `lost ${count}\n`,
  );
  writer.write("a\n");
  failure = "fails";
  writer.write("b\n");
  failure = undefined;
  writer.write("c\n");
  writer.write("d\n");
  assert.equal(written, ["lost 2\nc\n", "d\n"]);
});

test("callers can wait for it", async () => {
  const { writer, take } = slowStream();
  await writer.flushed();
  writer.write("a\n");
  let isFlushed = false;
  const flushed = writer.flushed().then(() => {
    isFlushed = true;
  });
  await new Promise((done) => setTimeout(done, 5));
  assert.is(isFlushed, false);
  take();
  await flushed;
});

test.run();
