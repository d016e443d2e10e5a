// The operand FILE of commands for which it means --config=FILE.
import { type ParsedArgs, UsageError } from "./flags.ts";

/** Uses an operand, if there is one, as the value of --config. Throws {@link UsageError} for both, or for two operands. */
export function withConfigOperand(parsed: ParsedArgs, [file, more]: readonly string[]): ParsedArgs {
  if (file === undefined) return { ...parsed, words: [] };
  if (more !== undefined) throw new UsageError(`one FILE at a time: unexpected ${JSON.stringify(more)}`);
  if (/^(true|false)$/i.test(file)) {
    throw new UsageError(`${JSON.stringify(file)} is not a FILE: write the value of a boolean flag as --flag=value`);
  }
  if (parsed.flags.has("config")) throw new UsageError("FILE means --config=FILE: give one of them");
  return {
    ...parsed,
    flags: new Map([...parsed.flags, ["config", file]]),
    repeated: new Map([...parsed.repeated, ["config", [file]]]),
    words: [],
  };
}
