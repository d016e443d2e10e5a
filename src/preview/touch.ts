// Detects touch screens.

/** Whether the pointer cannot hover. If so, texts say "tap", and the first tap points. */
export const isTouch = (): boolean => matchMedia("(hover: none)").matches;
