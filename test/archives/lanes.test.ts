// Lanes whose thread dies. A lane's thread runs the program itself: here this file, which ends the thread as the work says.
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lane, type LaneOrder, threadLane } from "../../src/archives/lanes.ts";
import type { LaneHost, LineWork, Part } from "../../src/archives/work.ts";
import { isThread, LANE_THREAD, starterOf } from "../../src/host/index.ts";
import { errorOf } from "../error-of.ts";

const WORK: LineWork = { tables: [], task: { kind: "count", length: 1 }, wanted: {}, namesFiles: false };
const PART: Part = { kind: "file", file: "log" };
const unused = () => Promise.reject(new Error("a thread that is dead asks for nothing"));
const HOST: LaneHost = { emit: unused, endsOf: unused, linesBefore: unused };

/** Ends this thread as soon as it must do any work. */
const dieAtWork = () =>
  starterOf<LaneOrder>(LANE_THREAD, ({ kind }) => {
    if (kind !== "begin") process.exit();
  });

test("requests to a lane whose thread dies or is dead are rejected", async () => {
  const asks = [(lane: Lane) => lane.judge(PART, HOST), (lane: Lane) => lane.counts()];
  for (const first of asks) {
    const lane = await threadLane(WORK);
    assert.is((await errorOf(first(lane))).message, "its thread ended");
    for (const later of asks) assert.is((await errorOf(later(lane))).message, "its thread ended");
    lane.close();
  }
});

if (isThread(LANE_THREAD)) await dieAtWork();
else test.run();
