// The buttons that export the config.
import { useSignal } from "@preact/signals";
import { toConfigMap } from "./config-map.ts";
import { copy, download } from "./save.ts";
import { files } from "./store.ts";

/** Copies the config as a ConfigMap, or downloads it. */
export function SaveConfig() {
  const status = useSignal("");
  const [only, more] = files.value;
  return (
    <div class="bar save">
      <span role="status">{status.value}</span>
      <button
        type="button"
        onClick={async () => {
          status.value = (await copy(toConfigMap(files.value))) ? "Copied" : "The browser does not allow copying";
        }}
      >
        Copy as ConfigMap
      </button>
      <button
        type="button"
        onClick={() => {
          if (only && !more) download(only.file, only.text);
          else download("ip-masq-agent.configmap.yaml", toConfigMap(files.value));
        }}
      >
        Download
      </button>
    </div>
  );
}
