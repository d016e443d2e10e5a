// The parts, in the order in which they run.
import type { Part } from "../part.ts";
import { config } from "./config.ts";
import { fuzz } from "./fuzz.ts";
import { kill } from "./kill.ts";
import { tools } from "./tools.ts";

export const PARTS: readonly Part[] = [kill, tools, config, fuzz];
