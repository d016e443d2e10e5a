import type { FamilyPolicy } from "../../policy/index.ts";
import type { Rendered } from "../rendered.ts";
/** Renders each family's policy. */
export declare function render(policy: readonly FamilyPolicy[]): readonly Rendered[];
