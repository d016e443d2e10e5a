export type Value = null | boolean | number | string;
/**
 * The value of an unquoted YAML scalar: `yes` is true, `0100` and `0o100` are 64, `0x40` too, `1_000` is 1000,
 * `64.0` is 64. Base 60 (`1:30`) stays text, as in go-yaml.
 */
export declare function resolveYaml(source: string): Value;
/** The value of an unquoted JSON word, or undefined where JSON has none of that spelling. */
export declare function resolveJson(source: string): Value | undefined;
