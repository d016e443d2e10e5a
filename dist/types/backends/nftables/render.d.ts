import type { FamilyPolicy } from "../../policy/index.ts";
import type { Rendered } from "../rendered.ts";
/** Renders each family's policy into a table of this name. */
export declare function render(policy: readonly FamilyPolicy[], table: string): readonly Rendered[];
