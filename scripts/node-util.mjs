// `require("util")` for a bundled library, which only prints wrong values in its errors. `node:util` would add 0.7 ms to
// every start: an import makes Node load all of its parts.
export const format = String;
export const inspect = String;
