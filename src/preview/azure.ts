// Azure's flow logs as they are stored: a JSON document, in which each flow is a text between others.

/** A tuple: the time, the source and the destination, and what else there is, with commas between. */
const TUPLE = /"(\d{10,13},\s*[\da-fA-F.:]+,\s*[\da-fA-F.:]+,[^"]*)"/g;

/** Is a text such a document, or tuples in quotes that were taken out of one? */
export const isAzureDocument = (sample: string): boolean =>
  /"flowTuples"\s*:/.test(sample) || /^\s*"\d{10,13},/.test(sample);

/** Returns the tuples of a document, one on each line. */
export const azureTuples = (text: string): string =>
  Array.from(text.matchAll(TUPLE), ([, tuple = ""]) => `${tuple}\n`).join("");
