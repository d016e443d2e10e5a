// Which backend the flags choose, and whether the other flags go together with it.
import { BACKENDS, type BackendKind, DEFAULT_BACKEND } from "../backends/index.ts";
import { FLAGS, UsageError } from "./flags.ts";

/** The flags that name a backend: where to keep the policy, what to render. */
const CHOOSERS = ["backend", "to"];

/** The kind of backend that the flags choose. Throws {@link UsageError} if they do not go together. */
export function chosenBackend(flags: ReadonlyMap<string, string>): BackendKind {
  const [chosen] = CHOOSERS.flatMap((chooser) => {
    const kind = BACKENDS.find(({ name }) => name === flags.get(chooser));
    return kind && kind !== DEFAULT_BACKEND ? [{ chooser, kind }] : [];
  });
  for (const { name, required } of BACKENDS) {
    if (!required || name === chosen?.kind.name || !flags.has(required.flag)) continue;
    const choices = CHOOSERS.map((chooser) => `--${chooser}=${name}`).join(" or ");
    throw new UsageError(`--${required.flag} has a meaning only with ${choices}`);
  }
  if (!chosen) return DEFAULT_BACKEND;
  const { kind, chooser } = chosen;
  const choice = `--${chooser}=${kind.name}`;
  if (kind.required && !flags.get(kind.required.flag)) {
    const { flag, what } = kind.required;
    throw new UsageError(`${choice} needs --${flag}=${FLAGS[flag]?.value}, ${what}`);
  }
  for (const { flag, but, why } of kind.meaningless) {
    const value = flags.get(flag) ?? FLAGS[flag]?.fallback ?? "";
    if (!but.includes(value)) throw new UsageError(`--${flag} has no meaning with ${choice}: ${why}`);
  }
  return kind;
}
