// The network settings of a pod (1.21, "network").
import * as z from "zod";
import { compact, type Fields } from "./fields.ts";

export const networkForm = z.object({
  host_network: z.boolean().nullish(),
  dns_policy: z.string().nullish(),
  host_aliases: z
    .array(z.object({ ip: z.string(), hostnames: z.union([z.string(), z.array(z.string())]).nullish() }))
    .nullish(),
});

export type NetworkForm = z.output<typeof networkForm>;

const POLICIES = ["ClusterFirst", "ClusterFirstWithHostNet"] as const;

/** The whole section. Several names of one address are one text, as the example has one. */
export function toNetwork(pod: Fields): NetworkForm {
  return {
    host_network: pod.flag("hostNetwork") ?? false,
    dns_policy: pod.word("dnsPolicy", POLICIES) ?? "ClusterFirst",
    host_aliases: [
      ...pod.each("hostAliases", (alias) => ({
        ip: alias.text("ip") ?? "",
        hostnames: (alias.words("hostnames") ?? []).join(","),
      })),
    ],
  };
}

export function networkOf({ host_network, dns_policy, host_aliases }: NetworkForm): object {
  const hostAliases = (host_aliases ?? []).map(({ ip, hostnames }) => ({ ip, hostnames: namesIn(hostnames) }));
  return compact({
    hostNetwork: host_network || undefined,
    dnsPolicy: dns_policy ?? undefined,
    hostAliases: hostAliases.length === 0 ? undefined : hostAliases,
  });
}

function namesIn(hostnames: string | readonly string[] | null | undefined): readonly string[] {
  if (typeof hostnames !== "string") return hostnames ?? [];
  return hostnames.split(/[\s,]+/).filter((name) => name !== "");
}
