// Which backend the flags choose, and whether the other flags go together with it.
import { AUTO, BACKENDS, type BackendChoice } from "../backends/index.ts";
import { FLAGS, UsageError } from "./flags.ts";

/** The flags that name a backend: where to keep the policy, what to render. */
const CHOOSERS = ["backend", "to"];

/** The value that a flag has, given or not. */
const effectiveValue = (flags: ReadonlyMap<string, string>, flag: string) =>
  flags.get(flag) ?? FLAGS[flag]?.fallback ?? "";

/** The backend that the flags choose. Throws {@link UsageError} if they do not go together. */
export function chosenBackend(flags: ReadonlyMap<string, string>): BackendChoice {
  const [chosen] = CHOOSERS.flatMap((chooser) => {
    const kind = BACKENDS.find(({ name }) => name === flags.get(chooser));
    return kind ? [{ chooser, kind }] : [];
  });
  for (const kind of BACKENDS) {
    if (kind === chosen?.kind) continue;
    for (const [flag, { fallback }] of Object.entries(kind.flags)) {
      // Without a choice the node may choose any backend but one that needs a flag.
      if (effectiveValue(flags, flag) === fallback || (!chosen && kind.required?.flag !== flag)) continue;
      const choices = CHOOSERS.map((chooser) => `--${chooser}=${kind.name}`).join(" or ");
      throw new UsageError(`--${flag} has a meaning only with ${choices}`);
    }
  }
  if (!chosen) return AUTO;
  const { kind, chooser } = chosen;
  const choice = `--${chooser}=${kind.name}`;
  if (kind.required && !flags.get(kind.required.flag)) {
    const { flag, what } = kind.required;
    throw new UsageError(`${choice} needs --${flag}=${FLAGS[flag]?.value}, ${what}`);
  }
  for (const { flag, but, why } of kind.meaningless) {
    if (!but.includes(effectiveValue(flags, flag)))
      throw new UsageError(`--${flag} has no meaning with ${choice}: ${why}`);
  }
  return kind;
}
