// Azure's flow logs as stored: a JSON document that contains each flow as one string.

/** A flow: time, source, destination and other values, separated by commas. */
const TUPLE = /"(\d{10,13},\s*[\da-fA-F.:]+,\s*[\da-fA-F.:]+,[^"]*)"/g;

/** Whether the text is such a document, or quoted tuples from one. */
export const isAzureDocument = (sample: string): boolean =>
  /"flowTuples"\s*:/.test(sample) || /^\s*"\d{10,13},/.test(sample);

/** Returns the tuples of a document, one on each line. */
export const azureTuples = (text: string): string =>
  Array.from(text.matchAll(TUPLE), ([, tuple = ""]) => `${tuple}\n`).join("");
