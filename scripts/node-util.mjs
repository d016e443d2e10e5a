// `require("util")` of a bundled library, as a module that the bundle can import.
export * from "node:util";
