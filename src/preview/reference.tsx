// Describes each key of a config, at the bottom of the page.
import { describeKeys } from "../config/index.ts";

export function Reference() {
  return (
    <details class="reference">
      <summary>What the config keys mean</summary>
      <dl>
        {[...describeKeys()].map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
