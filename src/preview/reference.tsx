// What each key of a config means, for those who read it on the page.
import { describeKeys } from "../config/index.ts";

export function Reference() {
  return (
    <details class="reference">
      <summary>What the keys of a config mean</summary>
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
