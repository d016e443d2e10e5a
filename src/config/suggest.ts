// "Did you mean".
// This module is browser-compatible.
import { distance } from "fastest-levenshtein";

/** The candidate nearest to `word`, without regard to case, or undefined if none is near enough to be meant. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const [best] = candidates
    .map((candidate) => ({ candidate, steps: distance(typed, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  return best && best.steps <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}
