// Is the screen a touch screen?

/** True if the pointer cannot hover: texts say "tap" then, and the first tap points. */
export const isTouch = (): boolean => matchMedia("(hover: none)").matches;
