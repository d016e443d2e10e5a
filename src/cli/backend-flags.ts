// Which backend the flags choose, and whether the other flags are compatible with it.
import { AUTO, BACKENDS, type BackendChoice } from "../backends/index.ts";
import { FLAGS, UsageError } from "./flags.ts";

/** The flags that name a backend: `--backend` for the node, `--to` for what render prints. */
const CHOOSERS = ["backend", "to"];

/** The value of a flag, or its default. */
const effectiveValue = (flags: ReadonlyMap<string, string>, flag: string) =>
  flags.get(flag) ?? FLAGS[flag]?.fallback ?? "";

/** The backend that the flags choose. Throws {@link UsageError} if they are incompatible. */
export function chosenBackend(flags: ReadonlyMap<string, string>): BackendChoice {
  const [chosen] = CHOOSERS.flatMap((chooser) => {
    const kind = BACKENDS.find(({ name }) => name === flags.get(chooser));
    return kind ? [{ chooser, kind }] : [];
  });
  for (const kind of BACKENDS) {
    if (kind === chosen?.kind) continue;
    for (const [flag, { fallback }] of Object.entries(kind.flags)) {
      // Without a choice, auto may choose any backend except one that requires a flag.
      if (effectiveValue(flags, flag) === fallback || (!chosen && kind.required?.flag !== flag)) continue;
      const choices = CHOOSERS.map((chooser) => `--${chooser}=${kind.name}`).join(" or ");
      throw new UsageError(`--${flag} works only with ${choices}`);
    }
  }
  if (!chosen) return AUTO;
  const { kind, chooser } = chosen;
  const choice = `--${chooser}=${kind.name}`;
  if (kind.required && !flags.get(kind.required.flag)) {
    const { flag, what } = kind.required;
    throw new UsageError(`${choice} needs --${flag}=${FLAGS[flag]?.value}, ${what}`);
  }
  for (const { flag, allowed, why } of kind.unsupportedFlags) {
    if (!allowed.includes(effectiveValue(flags, flag)))
      throw new UsageError(`--${flag} does not work with ${choice}: ${why}`);
  }
  return kind;
}
