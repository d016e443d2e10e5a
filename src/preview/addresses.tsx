// Try an address, or a log full of them.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { decide, formatVerdict, type Verdict } from "../policy/index.ts";
import { file, followLines, report } from "./lines.ts";
import type { Answer, Report } from "./report.ts";
import type { Place } from "./state.ts";
import { addresses, inForce, other, place, pointed } from "./store.ts";
import { enforceSentence, formatCount, plural, verdictName } from "./words.ts";

/** Characters that are pasted as a file: a field with megabytes in it stops the page. */
const LONG_PASTE = 1 << 20;

export function Addresses() {
  const over = useSignal(false);
  useEffect(followLines, []);
  const open = async (chosen: File | undefined) => {
    // A folder is dropped like a file, and cannot be read.
    const bytes = await chosen?.arrayBuffer().catch(() => undefined);
    if (chosen && bytes) file.value = { name: chosen.name, bytes: new Uint8Array(bytes) };
  };
  if (!inForce.value.policy) return <p class="note">Verdicts come with a valid config.</p>;
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
        Addresses, one a line, or lines of a log
        <textarea
          rows={6}
          spellcheck={false}
          value={addresses.value}
          placeholder={"10.1.2.3\n8.8.8.8"}
          onInput={(event) => {
            file.value = undefined;
            addresses.value = event.currentTarget.value;
          }}
          onPaste={(event) => {
            const text = event.clipboardData?.getData("text/plain") ?? "";
            if (text.length < LONG_PASTE) return;
            event.preventDefault();
            file.value = { name: "pasted text", bytes: new TextEncoder().encode(text) };
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
          Open a file{" "}
          <input
            type="file"
            onChange={(event) => {
              open(event.currentTarget.files?.[0]);
              // The same file may be chosen again.
              event.currentTarget.value = "";
            }}
          />
        </label>
      </div>
      <Where />
      {typeof report.value === "string" && <p class="problem">{report.value}</p>}
      {typeof report.value === "object" && report.value.lines > 0 && <Answers report={report.value} />}
    </div>
  );
}

const PLACES: Readonly<Record<Place["kind"], string>> = {
  first: "the first of a line",
  field: "in field number",
  key: "behind a key, such as dst",
};

/** Which address of a line counts. */
function Where() {
  const { kind, value } = place.value;
  return (
    <div class="bar where">
      <label>
        The address is{" "}
        <select
          value={kind}
          onChange={(event) => {
            const chosen = event.currentTarget.value as Place["kind"];
            place.value = { kind: chosen, value: chosen === "key" ? "dst" : chosen === "field" ? "1" : "" };
          }}
        >
          {Object.entries(PLACES).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {kind !== "first" && (
        <input
          type="text"
          aria-label={kind === "key" ? "Key" : "Field number"}
          spellcheck={false}
          value={value}
          onInput={(event) => {
            place.value = { kind, value: event.currentTarget.value };
          }}
        />
      )}
    </div>
  );
}

function Answers({ report }: { report: Report }) {
  const { lines, bad, changed, entries, answers } = report;
  const compared = other.value?.policy !== undefined;
  const [enforced] = inForce.value.policy?.flatMap((policy) => enforceSentence(policy) ?? []) ?? [];
  const rest = [
    bad > 0 ? `${formatCount(bad)} without an address` : "",
    compared ? `${formatCount(changed)} change` : "",
  ];
  return (
    <>
      <p role="status" data-testid="counted">
        {[plural(lines, "line"), ...rest.filter((one) => one !== "")].join(", ")}
      </p>
      {enforced && <p class="note">{enforced}</p>}
      {lines > 1 && <Entries entries={entries} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable */}
      <section class="wide" aria-label="Lines" tabIndex={0}>
        <table data-testid="answers">
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Verdict</th>
              {compared && <th scope="col">Before</th>}
              <th scope="col">Decided by</th>
              <th scope="col">Line</th>
            </tr>
          </thead>
          <tbody>
            {answers.map((one, i) => (
              <Row key={i} answer={one} compared={compared} />
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
                <VerdictBadge verdict={verdict} />
              </td>
              <td class="number">{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ answer, compared }: { answer: Answer; compared: boolean }) {
  const { line, address, verdict, before, entry } = answer;
  // The entry is asked for here, not by the worker: only this page knows which object it is.
  const point = () => {
    const [found] = decide(inForce.value.policy ?? [], [{ destination: address }]);
    pointed.value = found?.rule;
  };
  return (
    <tr
      class={before !== undefined && verdict && formatVerdict(before) !== formatVerdict(verdict) ? "changed" : ""}
      onMouseEnter={point}
      onMouseLeave={() => {
        pointed.value = undefined;
      }}
    >
      <td>
        <code>{address}</code>
      </td>
      <td>{verdict ? <VerdictBadge verdict={verdict} /> : <span class="problem">no address</span>}</td>
      {compared && <td>{before && <VerdictBadge verdict={before} />}</td>}
      <td>{entry}</td>
      <td class="line-text">
        <code>{line}</code>
      </td>
    </tr>
  );
}

function VerdictBadge({ verdict }: { verdict: Verdict }) {
  return <span class={`verdict ${verdict.kind}`}>{verdictName(verdict)}</span>;
}
