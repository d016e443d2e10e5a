// Checks whether the kernel forwards packets at all, and which tools are installed.
import { type Files, isMissing, kernelRelease, type Runner } from "../host/index.ts";
import type { Check, Finding } from "./check.ts";
import { type Route, readRoutes } from "./routes.ts";

export const kernel: Check = {
  name: "kernel",
  run: async ({ host, files, policy }) => {
    const routes = readRoutes(files);
    const tools = await Promise.all([versionOf(host.run, "nft"), versionOf(host.run, "iptables")]);
    const release = kernelRelease();
    const seen = [release === undefined ? [] : `Linux ${release}`, ...tools].flat().join(", ");
    const ipv6 = policy.some(({ family }) => family === "ipv6") ? ipv6Findings(files) : [];
    return { seen, findings: [...ipv4Findings(files), ...ipv6, ...reversePathFindings(files, routes)], unseen: [] };
  },
};

/** `nft 1.0.6`, or `no nft` if the tool is not installed; empty if the version is unknown. */
async function versionOf(run: Runner, tool: string): Promise<readonly string[]> {
  try {
    const { stdout } = await run(tool, ["--version"]);
    const [, version, kind = ""] =
      /v(\d[\w.]*)( \((?:nf_tables|legacy)\))?/.exec(new TextDecoder().decode(stdout)) ?? [];
    return version === undefined ? [] : [`${tool} ${version}${kind}`];
  } catch (error) {
    return isMissing(error) ? [`no ${tool}`] : [];
  }
}

/** A setting below /proc/sys/net; undefined if it does not exist. */
const setting = (files: Files, name: string): string | undefined => files.read(`/proc/sys/net/${name}`)?.trim();

/** A setting in the format of sysctl(8). */
const shown = (name: string, value: string) => `net.${name.replaceAll("/", ".")} = ${value}`;

function ipv4Findings(files: Files): readonly Finding[] {
  const name = "ipv4/ip_forward";
  return setting(files, name) === "0" ? [notForwarded("IPv4", name)] : [];
}

function ipv6Findings(files: Files): readonly Finding[] {
  const off = "ipv6/conf/all/disable_ipv6";
  if (setting(files, off) === "1") return [noIpv6(shown(off, "1"))];
  // The folder exists if and only if the kernel has IPv6. If its parent cannot be read, nothing is known.
  const exists = files.list("/proc/sys/net").length === 0 || files.list("/proc/sys/net").includes("ipv6");
  if (!exists) return [noIpv6("/proc/sys/net/ipv6 does not exist")];
  const name = "ipv6/conf/all/forwarding";
  return setting(files, name) === "0" ? [notForwarded("IPv6", name)] : [];
}

function notForwarded(family: string, name: string): Finding {
  return {
    check: kernel.name,
    severity: "error",
    what: `the kernel does not forward ${family} packets`,
    evidence: [shown(name, "0")],
    why: "No packet of a pod leaves the node, masqueraded or not.",
    remedy: `Run sysctl -w net.${name.replaceAll("/", ".")}=1, and find out what turned forwarding off.`,
  };
}

function noIpv6(evidence: string): Finding {
  return {
    check: kernel.name,
    severity: "error",
    what: "--enable-ipv6 is set, but IPv6 is disabled on this node",
    evidence: [evidence],
    why: "Pods have no IPv6 connections, and the agent's IPv6 rules have no effect.",
    remedy: "Enable IPv6, or run the agent without --enable-ipv6.",
  };
}

/**
 * Strict filtering drops a packet that arrives by an interface other than the one that its source is routed by. The larger
 * of the values for `all` and for the interface applies (Linux, Documentation/networking/ip-sysctl.rst).
 */
function reversePathFindings(files: Files, routes: readonly Route[]): readonly Finding[] {
  const defaults = routes.filter(({ family, cidr }) => family === "ipv4" && cidr.endsWith("/0"));
  const uplinks = [...new Set(defaults.map(({ device }) => device))];
  if (uplinks.length < 2) return [];
  const strict = uplinks.flatMap((device) => {
    const names = [`ipv4/conf/all/rp_filter`, `ipv4/conf/${device}/rp_filter`];
    const values = names.map((name) => Number(setting(files, name) ?? 0));
    return Math.max(...values) === 1 ? names.flatMap((name, i) => (values[i] === 1 ? [shown(name, "1")] : [])) : [];
  });
  if (strict.length === 0) return [];
  return [
    {
      check: kernel.name,
      severity: "warning",
      what: `reverse path filtering is strict, and packets can leave through several interfaces: ${uplinks.join(", ")}`,
      evidence: [...new Set(strict)],
      why: "Replies are dropped if they arrive on an interface other than the one that leads to their source.",
      remedy: "Set rp_filter to 2 (loose) on these interfaces, or make sure that replies come back the same way.",
    },
  ];
}
