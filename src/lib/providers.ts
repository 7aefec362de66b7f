// The clouds by their names in `spec.provider` (design section 1).

export const PROVIDERS = ["HuaweiCCE", "AlibabaACK", "EasyStackECNS", "CtyunCCI", "TencentBCS"] as const;
export type Provider = (typeof PROVIDERS)[number];
