// The parts, in the order in which they run.
import type { Part } from "../part.ts";
import { fuzz } from "./fuzz.ts";
import { kill } from "./kill.ts";

export const PARTS: readonly Part[] = [kill, fuzz];
