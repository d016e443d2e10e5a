// How deep a text nests, before a parser finds out the hard way.
// This module is browser-compatible.

/**
 * At least how deep the collections of a YAML or JSON text are nested, seen from brackets and indentation alone: what
 * stands in quotes and comments counts too. A parser that recurses for each level can exhaust its stack, or worse.
 */
export function nestingDepth(text: string): number {
  let deepest = 0;
  let brackets = 0;
  const indents: number[] = [];
  for (const line of text.split("\n")) {
    const indent = line.search(/[^ -]/);
    if (indent < 0) continue;
    if (brackets <= 0) {
      while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop();
      indents.push(indent);
    }
    for (const character of line.slice(indent)) {
      if (character === "[" || character === "{") deepest = Math.max(deepest, ++brackets + indents.length);
      else if ((character === "]" || character === "}") && brackets > 0) brackets--;
    }
    deepest = Math.max(deepest, brackets + indents.length);
  }
  return deepest;
}
