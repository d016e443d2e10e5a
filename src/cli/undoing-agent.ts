// Whether the agent on this node will undo what apply has written.
import { readConfigFiles } from "../agent/index.ts";
import { ENFORCING_BACKEND } from "../backends/index.ts";
import { compilePolicy, type FamilyPolicy } from "../policy/index.ts";
import { argumentsOfAgent, findAgents, findKeeper, type RunningAgent } from "./running-agent.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** The agent that keeps the same chain with a different policy, or one that cannot be read; undefined if there is none. */
export function agentThatUndoes(
  settings: Settings,
  policy: readonly FamilyPolicy[],
  here = findAgents(),
): RunningAgent | undefined {
  const keeper = findKeeper(settings.policy.chain, here);
  return keeper && meaningOf(readPolicyOf(keeper)) !== meaningOf(policy) ? keeper : undefined;
}

/** The policy of an agent, compiled from its current config; empty if that is invalid or cannot be read. */
function readPolicyOf(agent: RunningAgent): readonly FamilyPolicy[] {
  try {
    const settings = settingsOf(argumentsOfAgent(agent));
    const { config } = readConfigFiles(settings.paths, settings.config);
    return config ? compilePolicy(config, settings.policy) : [];
  } catch {
    return [];
  }
}

/** Policies with the same meaning render to the same text: an interval map has no order and no nested entries. */
const meaningOf = (policy: readonly FamilyPolicy[]) =>
  ENFORCING_BACKEND.render(policy, { flag: () => "" })
    .map(({ text }) => text)
    .join("");
