// The lines of a log, or addresses: the verdict for each, and counts.
import { useEffect } from "preact/hooks";
import { formatVerdict, VERDICT_KINDS } from "../policy/index.ts";
import { ruleFor } from "./asked.ts";
import { VerdictBadge } from "./badge.tsx";
import { Where } from "./flow-format.tsx";
import { file, filter, followLines, NO_FILTER, report, takeLines, takeText } from "./lines.ts";
import { openFiles } from "./open-files.ts";
import type { LineAnswer, Report } from "./report.ts";
import { addresses, inForce, isCompared, pointed, question } from "./store.ts";
import { isTouch } from "./touch.ts";
import { enforceSentence, formatCount, lookName, plural } from "./words.ts";

/** Longer texts are pasted as a file: a field with megabytes of text blocks the page. */
const LONG_PASTE = 1 << 20;

export function Flows() {
  useEffect(followLines, []);
  if (!inForce.value.policy) return <p class="note">The verdicts are shown once the config is valid.</p>;
  return (
    <>
      <label class="lines">
        Lines of a log, or addresses
        <textarea
          rows={5}
          spellcheck={false}
          value={file.value ? "" : addresses.value}
          placeholder={file.value?.name ?? "10.1.2.3\n8.8.8.8"}
          onInput={(event) => {
            file.value = undefined;
            addresses.value = event.currentTarget.value;
          }}
          onPaste={(event) => {
            const text = event.clipboardData?.getData("text/plain") ?? "";
            if (text.length < LONG_PASTE) return;
            event.preventDefault();
            takeText("pasted text", text);
          }}
        />
      </label>
      <div class="bar">
        <span class="note">
          {file.value
            ? `${file.value.name}, ${formatCount(file.value.size)} bytes`
            : isTouch()
              ? "conntrack -L, VPC flow logs, CSV, JSON lines; also as .gz"
              : "Drop a log anywhere: conntrack -L, VPC flow logs, CSV, JSON lines; also as .gz"}
        </span>
        {file.value && (
          <button type="button" onClick={() => takeLines(undefined)}>
            Close the file
          </button>
        )}
        <label class="file-button">
          Open files
          <input
            multiple
            type="file"
            onChange={(event) => {
              const [...chosen] = event.currentTarget.files ?? [];
              // Allow choosing the same file again.
              event.currentTarget.value = "";
              openFiles(chosen);
            }}
          />
        </label>
      </div>
      {typeof report.value === "string" && <p class="problem">{report.value}</p>}
      {typeof report.value === "object" && (file.value || addresses.value.trim() !== "") && (
        <>
          <Where format={report.value.format} />
          {report.value.format.ok && report.value.lines > 0 && <Answers report={report.value} />}
        </>
      )}
    </>
  );
}

function Answers({ report }: { report: Report }) {
  const { lines, bad, changed, entries, answers, matching } = report;
  const compared = isCompared.value;
  const [enforced] = inForce.value.policy?.flatMap((policy) => enforceSentence(policy) ?? []) ?? [];
  const rest = [
    bad > 0 ? `${formatCount(bad)} without an address` : "",
    compared ? `${formatCount(changed)} change` : "",
  ];
  const isFiltered = matching < lines;
  return (
    <>
      <p role="status" data-testid="counted">
        {[plural(lines, "line"), ...rest.filter((one) => one !== "")].join(", ")}
      </p>
      {enforced && <p class="note">{enforced}</p>}
      {lines > 1 && <Entries entries={entries} />}
      {lines > 1 && <Filters entries={entries} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable */}
      <section class="wide" aria-label="Lines" tabIndex={0}>
        <table data-testid="answers">
          <thead>
            <tr>
              <th scope="col">Destination</th>
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
      {(isFiltered || matching > answers.length) && (
        <p class="note" role="status" data-testid="matching">
          {isFiltered ? plural(matching, "matching line") : ""}
          {isFiltered && matching > answers.length ? "; " : ""}
          {matching > answers.length ? `showing the first ${answers.length}` : ""}
        </p>
      )}
    </>
  );
}

/** Which lines are shown. */
function Filters({ entries }: { entries: Report["entries"] }) {
  const { verdict, entry, changed } = filter.value;
  const kinds = VERDICT_KINDS.filter((kind) => entries.some((one) => one.verdict.kind === kind));
  return (
    <div class="bar filters">
      <fieldset class="choices" aria-label="Show lines with the verdict">
        {[undefined, ...kinds].map((kind) => (
          <button
            key={kind ?? "all"}
            type="button"
            aria-pressed={verdict === kind}
            onClick={() => {
              filter.value = { ...filter.value, verdict: kind };
            }}
          >
            {kind ? lookName(kind) : "all"}
          </button>
        ))}
      </fieldset>
      {isCompared.value && (
        <label class="switch">
          <input
            type="checkbox"
            checked={changed}
            onChange={(event) => {
              filter.value = { ...filter.value, changed: event.currentTarget.checked };
            }}
          />
          changed lines only
        </label>
      )}
      {entry !== undefined && (
        <button
          type="button"
          onClick={() => {
            filter.value = { ...NO_FILTER, verdict, changed };
          }}
        >
          {entry} ×
        </button>
      )}
    </div>
  );
}

function Entries({ entries }: { entries: Report["entries"] }) {
  const most = Math.max(...entries.map(({ count }) => count));
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
            <tr key={entry} class={filter.value.entry === entry ? "chosen" : ""}>
              <td>
                <button
                  type="button"
                  class="link"
                  title="Show the lines of this entry only"
                  onClick={() => {
                    const isChosen = filter.value.entry === entry;
                    filter.value = { ...filter.value, entry: isChosen ? undefined : entry };
                  }}
                >
                  {entry}
                </button>
              </td>
              <td>
                <VerdictBadge verdict={verdict} />
              </td>
              <td class="number">
                {formatCount(count)}
                <progress aria-hidden="true" class={verdict.kind} max={most} value={count} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ answer, compared }: { answer: LineAnswer; compared: boolean }) {
  const { line, address, verdict, before, entry } = answer;
  return (
    <tr
      class={before !== undefined && verdict && formatVerdict(before) !== formatVerdict(verdict) ? "changed" : ""}
      // Look up the rule here: the worker has a copy of it, not the same object.
      onMouseEnter={() => {
        pointed.value = ruleFor(address);
      }}
      onMouseLeave={() => {
        pointed.value = undefined;
      }}
    >
      <td>
        {address !== "" && (
          <button
            type="button"
            class="link"
            title="Ask about it above"
            onClick={() => {
              question.value = address;
            }}
          >
            <code>{address}</code>
          </button>
        )}
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
