// ip-masq-agent doctor --flow SRC DST: what the node's rules, whoever's they are, do to a connection.
import { explainFlow, FlowQuestionError, flowData, formatFlow } from "../doctor/index.ts";
import { thisHost } from "../host/index.ts";
import { UsageError } from "./flags.ts";
import { type Io, printJson } from "./io.ts";
import type { Settings } from "./settings.ts";

/** Exit 0, whatever the answer is. */
export async function doctor(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const [source, destination, more] = words;
  if (!settings.flow) throw new UsageError("doctor needs --flow and two addresses: doctor --flow SRC DST");
  if (source === undefined || destination === undefined || more !== undefined) {
    throw new UsageError("--flow needs two addresses, such as: ip-masq-agent doctor --flow 10.244.1.7 10.99.0.1");
  }
  try {
    const { outputInterface } = settings.packet;
    const explanation = await explainFlow(thisHost, { source, destination, outputInterface, ...settings.flow });
    if (settings.json) printJson(io, flowData(explanation));
    else io.print(formatFlow(explanation));
    return 0;
  } catch (error) {
    if (error instanceof FlowQuestionError) throw new UsageError(error.message);
    throw error;
  }
}
