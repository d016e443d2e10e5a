import * as v from "valibot";
/** Shortest `resyncInterval`: under it a node would do nothing but read its own tables. */
export declare const MIN_INTERVAL_NS = 100000000n;
/**
 * The config file as data. A key that is absent or null has its default; `resyncInterval` must not be null. Metadata is for
 * the JSON Schema: an editor has nothing else, while the agent looks closer and says more.
 */
export declare const configSchema: v.ObjectSchema<{
    readonly nonMasqueradeCIDRs: v.SchemaWithPipe<readonly [v.NullishSchema<v.ArraySchema<v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
        readonly pattern: "^(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$";
    }>]>, undefined>, undefined>, v.DescriptionAction<string[] | null | undefined, "Destinations whose packets keep the pod's address. Replaces the default list; null means none.">]>;
    readonly masqueradeCIDRs: v.SchemaWithPipe<readonly [v.NullishSchema<v.ArraySchema<v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
        readonly pattern: "^(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$";
    }>]>, undefined>, undefined>, v.DescriptionAction<string[] | null | undefined, "Destinations that are masqueraded although they lie in a range that is kept. The longest prefix of all lists decides.">]>;
    readonly snat: v.SchemaWithPipe<readonly [v.NullishSchema<v.ArraySchema<v.ObjectSchema<{
        readonly destinationCIDRs: v.ArraySchema<v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
            readonly pattern: "^(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$";
        }>]>, undefined>;
        readonly to: v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
            readonly pattern: "^[0-9a-fA-F.:]+( *- *[0-9a-fA-F.:]+)?$";
        }>]>;
    }, undefined>, undefined>, undefined>, v.DescriptionAction<{
        destinationCIDRs: string[];
        to: string;
    }[] | null | undefined, "Destinations to which packets go with a certain address, or one of a range first-last. The longest prefix of all lists decides.">]>;
    readonly sourceCIDRs: v.SchemaWithPipe<readonly [v.NullishSchema<v.ArraySchema<v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
        readonly pattern: "^(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$";
    }>]>, undefined>, undefined>, v.DescriptionAction<string[] | null | undefined, "Only packets from these are masqueraded or translated; without any, packets from everywhere are.">]>;
    readonly outputInterfaces: v.SchemaWithPipe<readonly [v.NullishSchema<v.ArraySchema<v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
        readonly pattern: "^[\\w.@][\\w.@-]{0,13}[\\w.@*-]?$";
    }>]>, undefined>, undefined>, v.DescriptionAction<string[] | null | undefined, "Only packets that leave by one of these interfaces are masqueraded or translated; a trailing * stands for the rest of a name.">]>;
    readonly cidrLimit: v.SchemaWithPipe<readonly [v.NullishSchema<v.SchemaWithPipe<readonly [v.NumberSchema<undefined>, v.SafeIntegerAction<number, undefined>, v.MetadataAction<number, {
        readonly minimum: 0;
    }>]>, 64>, v.DescriptionAction<number, "Most entries that nonMasqueradeCIDRs and masqueradeCIDRs may have together.">]>;
    readonly masqLinkLocal: v.SchemaWithPipe<readonly [v.NullishSchema<v.BooleanSchema<undefined>, false>, v.DescriptionAction<boolean, string>]>;
    readonly masqLinkLocalIPv6: v.SchemaWithPipe<readonly [v.NullishSchema<v.BooleanSchema<undefined>, false>, v.DescriptionAction<boolean, string>]>;
    readonly resyncInterval: v.SchemaWithPipe<readonly [v.OptionalSchema<v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MetadataAction<string, {
        readonly pattern: string;
    }>]>, "60s">, v.DescriptionAction<string, "Time between two looks at the rules, as a Go duration (60s, 5m, 1h30m); at least 100ms.">]>;
}, undefined>;
export type ConfigKey = keyof typeof configSchema.entries;
export declare const CONFIG_KEYS: ConfigKey[];
/** What is kept without being named, unless masqLinkLocal or masqLinkLocalIPv6 is set (RFC 3927, RFC 4291). */
export declare const LINK_LOCAL_CIDRS: {
    readonly ipv4: "169.254.0.0/16";
    readonly ipv6: "fe80::/10";
};
/** What applies without `nonMasqueradeCIDRs` (RFC 1918). */
export declare const DEFAULT_CIDRS: readonly ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** What applies besides those with --nomasq-all-reserved-ranges (RFC 6598, 6890, 5737, 7526, 2544, 1112). */
export declare const RESERVED_CIDRS: readonly ["100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"];
