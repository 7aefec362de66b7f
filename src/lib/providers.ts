// The clouds by their names in `spec.provider` (design section 1).

export const PROVIDERS = ["HuaweiCCE", "AlibabaACK", "EasyStackECNS", "CtyunCCI", "TencentBCS"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The blocks of a spec that belong to one cloud each, and whose they are. */
export const PROVIDER_BLOCKS = { huawei: "HuaweiCCE", ctyun: "CtyunCCI" } as const satisfies Record<string, Provider>;
export type ProviderBlock = keyof typeof PROVIDER_BLOCKS;
