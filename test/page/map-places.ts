// Places on the map as drawn.
import type { Page } from "playwright-core";
import { pointOf } from "../../src/preview/hilbert.ts";

/** The colour of the map at the middle of a step of its 16 × 16 curve, as `r,g,b`. */
export const colourAt = (page: Page, step: number) => {
  const { x, y } = pointOf(16, step);
  return page.locator(".map canvas").evaluate(
    (canvas, [x = 0, y = 0]) => {
      const context = (canvas as HTMLCanvasElement).getContext("2d");
      return [...(context?.getImageData(x * 64 + 40, y * 64 + 50, 1, 1).data ?? [])].join();
    },
    [x, y],
  );
};

/** The position of a step on the screen, relative to the map's corner. */
export async function placeOf(page: Page, step: number) {
  const { x, y } = pointOf(16, step);
  const box = await page.locator(".map").boundingBox();
  const cell = (box?.width ?? 0) / 16;
  return { x: (x + 0.5) * cell, y: (y + 0.5) * cell };
}
