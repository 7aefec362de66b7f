// The network settings of a pod (1.21).
import type { PodSpec } from "../kube/manifest.ts";
import * as z from "zod";

const hostNames = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean))])
  .default([]);

export const network = z.object({
  host_network: z.boolean().nullish(),
  dns_policy: z.string().nullish(),
  host_aliases: z.array(z.object({ ip: z.string(), hostnames: hostNames })).nullish(),
});

/** The part of a pod's spec that the form decides; what is undefined is taken away. */
export function toNetwork(form: z.output<typeof network>): Pick<PodSpec, "hostNetwork" | "dnsPolicy" | "hostAliases"> {
  return {
    hostNetwork: form.host_network ?? false,
    dnsPolicy: form.dns_policy ?? "ClusterFirst",
    hostAliases: (form.host_aliases ?? []).map(({ ip, hostnames }) => ({ ip, hostnames })),
  };
}

/** `hostnames` is one text in the reference's example. */
export function networkOf({ hostNetwork, dnsPolicy, hostAliases }: PodSpec): object {
  return {
    host_network: hostNetwork ?? false,
    dns_policy: dnsPolicy ?? "ClusterFirst",
    host_aliases: (hostAliases ?? []).map(({ ip, hostnames }) => ({ ip, hostnames: (hostnames ?? []).join(",") })),
  };
}
