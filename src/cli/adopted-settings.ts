// The settings of a command that uses the flags and config of the agent on this node.
import type { ParsedArgs } from "./flags.ts";
import type { Io } from "./io.ts";
import { adoptAgent, describeAgent, findAgents, SeveralAgentsError } from "./running-agent.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** The settings, completed with those of the agent; says on standard error which they are, or why they are not used. */
export function settingsWithAgent(name: string, call: ParsedArgs, io: Io): Settings {
  try {
    const { args, agent, unread } = adoptAgent(call, name, findAgents());
    if (agent) io.warn(describeAgent(agent));
    for (const why of unread) io.warn(why);
    return settingsOf(args, agent);
  } catch (error) {
    // doctor reports this as a finding.
    if (!(error instanceof SeveralAgentsError) || name !== "doctor") throw error;
    io.warn(error.message);
    return settingsOf(call);
  }
}
