// Suggestions for "did you mean".
// This module is browser-compatible.
import { distance } from "fastest-levenshtein";

/** The candidate closest to `word`, regardless of case; undefined if none is close enough. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const [best] = candidates
    .map((candidate) => ({ candidate, steps: distance(typed, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  return best && best.steps <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}
