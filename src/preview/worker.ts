// Beside the page: reads what may be a million lines, so that the page does not stand still.
import { type Question, report } from "./report.ts";

self.onmessage = ({ data }: MessageEvent<Question>) => {
  self.postMessage(report(data));
};
