// Does the reader point with a finger?

/** True on screens whose pointer cannot hover: words say "tap" there, and the first tap points. */
export const isTouch = (): boolean => matchMedia("(hover: none)").matches;
