// Whether the agent on this node will undo what apply has written.
import { parseSources, readSources } from "../agent/index.ts";
import { ENFORCING_BACKEND } from "../backends/index.ts";
import { compilePolicy, type FamilyPolicy } from "../policy/index.ts";
import { argumentsOfAgent, findAgents, findKeeper, type RunningAgent } from "./running-agent.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** The agent that keeps the same chain with a different policy, or one that cannot be read; undefined if there is none. */
export async function agentThatUndoes(
  settings: Settings,
  policy: readonly FamilyPolicy[],
  here = findAgents(),
): Promise<RunningAgent | undefined> {
  const keeper = findKeeper(settings.policy.chain, here);
  if (!keeper) return undefined;
  const { render } = await ENFORCING_BACKEND.load();
  /** Policies with the same meaning render to the same text: an interval map has no order and no nested entries. */
  const meaningOf = (one: readonly FamilyPolicy[]) =>
    render(one, { flag: () => "" })
      .map(({ text }) => text)
      .join("");
  return meaningOf(readPolicyOf(keeper)) === meaningOf(policy) ? undefined : keeper;
}

/** The policy of an agent, compiled from its current config; empty if that is invalid or cannot be read. */
function readPolicyOf(agent: RunningAgent): readonly FamilyPolicy[] {
  try {
    const settings = settingsOf(argumentsOfAgent(agent));
    const { config } = parseSources(readSources(settings.paths), settings.config);
    return config ? compilePolicy(config, settings.policy) : [];
  } catch {
    return [];
  }
}
