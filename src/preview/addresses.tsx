// Try an address, or a log full of them.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { explain } from "../policy/index.ts";
import { createAsker } from "./asker.ts";
import type { Answer, Report } from "./report.ts";
import { addresses, compare, config, flags, inForce, shown } from "./store.ts";
import { formatCount, lookName, plural } from "./words.ts";

export function Addresses() {
  const answer = useSignal<Report | undefined>(undefined);
  const file = useSignal<{ readonly name: string; readonly bytes: Uint8Array } | undefined>(undefined);
  const over = useSignal(false);
  const asker = useMemo(
    () =>
      createAsker((report) => {
        answer.value = report ?? answer.value;
      }),
    [],
  );
  useSignalEffect(() => {
    const bytes = file.value?.bytes ?? new TextEncoder().encode(addresses.value);
    asker.ask({ config: config.value, compare: compare.value, flags: flags.value, bytes });
  });
  const open = async (chosen: File | undefined) => {
    if (chosen) file.value = { name: chosen.name, bytes: new Uint8Array(await chosen.arrayBuffer()) };
  };
  const { policy } = inForce.value;
  if (!policy) return <p class="note">Verdicts come with a valid config.</p>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the file button
    <div
      class={over.value ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        open(event.dataTransfer?.files[0]);
      }}
    >
      <label>
        Addresses, one a line, or lines of a log: the first address of each counts
        <textarea
          rows={6}
          spellcheck={false}
          value={addresses.value}
          placeholder={"10.1.2.3\n8.8.8.8"}
          onInput={(event) => {
            file.value = undefined;
            addresses.value = event.currentTarget.value;
          }}
        />
      </label>
      <div class="bar">
        <span class="note">{file.value ? file.value.name : "or drop a flow log here"}</span>
        {file.value && (
          <button
            type="button"
            onClick={() => {
              file.value = undefined;
            }}
          >
            Close the file
          </button>
        )}
        <label class="file">
          Open a file <input type="file" onChange={(event) => open(event.currentTarget.files?.[0])} />
        </label>
      </div>
      {answer.value && answer.value.lines > 0 && <Answers report={answer.value} />}
    </div>
  );
}

function Answers({ report }: { report: Report }) {
  const { lines, bad, changed, entries, answers } = report;
  const rest = [
    bad > 0 ? `${formatCount(bad)} without an address` : "",
    compare.value === undefined ? "" : `${formatCount(changed)} change`,
  ];
  return (
    <>
      <p role="status" data-testid="counted">
        {[plural(lines, "line"), ...rest.filter((one) => one !== "")].join(", ")}
      </p>
      {lines > 1 && <Entries entries={entries} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable */}
      <section class="wide" aria-label="Lines" tabIndex={0}>
        <table data-testid="answers">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Verdict</th>
              {compare.value !== undefined && <th scope="col">Before</th>}
              <th scope="col">Decided by</th>
            </tr>
          </thead>
          <tbody>
            {answers.map((one, i) => (
              <Row key={i} answer={one} first={i === 0 && lines === 1} />
            ))}
          </tbody>
        </table>
      </section>
      {lines > answers.length && <p class="note">The first {answers.length} lines are shown.</p>}
    </>
  );
}

function Entries({ entries }: { entries: Report["entries"] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
    <section class="wide" aria-label="Entries" tabIndex={0}>
      <table data-testid="entries">
        <caption>By deciding entry</caption>
        <thead>
          <tr>
            <th scope="col">Entry</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Lines
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ entry, verdict, count }) => (
            <tr key={entry}>
              <td>{entry}</td>
              <td>
                <Verdict verdict={verdict} />
              </td>
              <td class="number">{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ answer, first }: { answer: Answer; first: boolean }) {
  const { line, address, verdict, before, entry } = answer;
  // The entry is asked for here, not by the worker: only this page knows which object it is.
  const decides = () => {
    const [found] = explain(inForce.value.policy ?? [], [address]);
    return found?.ok ? found.entry : undefined;
  };
  const mark = () => {
    shown.value = decides();
  };
  // A single address is what somebody tries: its entry is marked without pointing at it.
  useSignalEffect(() => {
    if (first) shown.value = decides();
  });
  return (
    <tr
      class={before !== undefined && before !== verdict ? "changed" : ""}
      onMouseEnter={mark}
      onMouseLeave={() => {
        if (!first) shown.value = undefined;
      }}
    >
      <td>
        <code>{line}</code>
      </td>
      <td>{verdict ? <Verdict verdict={verdict} /> : <span class="problem">no address</span>}</td>
      {compare.value !== undefined && <td>{before && <Verdict verdict={before} />}</td>}
      <td>{entry}</td>
    </tr>
  );
}

function Verdict({ verdict }: { verdict: "return" | "masquerade" }) {
  return <span class={`verdict ${verdict}`}>{lookName(verdict)}</span>;
}
