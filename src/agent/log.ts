// Log lines as klog writes them, on standard error.
import process from "node:process";

export type LogLevel = "I" | "W" | "E";

/** Writes one message; further lines of it are indented. */
export type Log = (level: LogLevel, message: string) => void;

/** `I1122 15:04:05.000000       1 agent.go:1] message`: severity, local time, process id, source (klog's header). */
export const klog: Log = (level, message) => {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const micros = `${String(now.getMilliseconds()).padStart(3, "0")}000`;
  const header = `${level}${day} ${time}.${micros} ${String(process.pid).padStart(7)} ip-masq-agent]`;
  process.stderr.write(`${header} ${message.replaceAll("\n", "\n    ")}\n`);
};
