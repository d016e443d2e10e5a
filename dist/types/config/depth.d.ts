/**
 * At least how deep the collections of a YAML or JSON text are nested, seen from brackets and indentation alone: what
 * stands in quotes and comments counts too. A parser that recurses for each level can exhaust its stack, or worse.
 */
export declare function nestingDepth(text: string): number;
