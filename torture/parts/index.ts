// The parts, in the order in which they run.
import type { Part } from "../part.ts";
import { config } from "./config.ts";
import { endpoint } from "./endpoint.ts";
import { fuzz } from "./fuzz.ts";
import { image } from "./image.ts";
import { kill } from "./kill.ts";
import { limits } from "./limits.ts";
import { soak } from "./soak.ts";
import { squat } from "./squat.ts";
import { tools } from "./tools.ts";

export const PARTS: readonly Part[] = [kill, tools, limits, config, endpoint, squat, fuzz, soak, image];
