// Beside the page: reads what may be a million lines, so that the page does not stand still.
import { type LinesQuestion, report } from "./report.ts";

self.onmessage = ({ data }: MessageEvent<LinesQuestion>) => {
  self.postMessage(report(data));
};
