// The manifests facet of CCE: its gateway into a cluster (API Reference 2, table Kubernetes API; 3.1; 5; 7.1), for clusters that have no
// address outside of their network. No watch and no server-side apply, so whole objects, within the account's budget.
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import type { ManifestsFacet } from "../facets/manifests.ts";
import type { Client } from "../kit/requests.ts";
import { kubernetesChannel } from "../manifests/channel.ts";
import { nativeDialect } from "../manifests/native.ts";
import { signedSend } from "../manifests/signed-send.ts";

interface HuaweiManifestsDeps {
  /** To a cluster's own host. `isSecret`: no words of an answer are shown. */
  readonly gateway: (clusterId: string, isSecret: boolean) => Client<string>;
  readonly clock: Clock;
}

export function huaweiManifests({ gateway, clock }: HuaweiManifestsDeps): ManifestsFacet {
  return {
    intoClusters: "AsRoute",
    open: ({ clusterId }) => {
      if (clusterId === undefined) throw new CloudError("Rejected", { message: "Objects of CCE are in a cluster" });
      const send = signedSend({ secrets: gateway(clusterId, true), others: gateway(clusterId, false) });
      return kubernetesChannel(nativeDialect({ send, asksKinds: send, clock, writing: "Replace", usage: undefined }));
    },
  };
}
