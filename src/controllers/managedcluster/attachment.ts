// All Secrets that a cluster publishes: what is no longer declared is taken back first, then each is published for itself.
import type { KubeObject } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Attachment } from "../external/kind.ts";
import { Publisher, type PublisherDeps, type SecretRef } from "../publishing/secrets.ts";
import { askedOf, AttachScripts, placeOfScript } from "./attach-script.ts";
import { Certificates, placeOfCertificates } from "./certificates.ts";
import { Kubeconfigs, placesOfKubeconfig } from "./kubeconfig.ts";
import type { ClusterScope, ClusterShape } from "./scope.ts";

export function clusterAttachment(deps: PublisherDeps & { readonly clock: Clock }): Attachment<ClusterShape> {
  const publisher = new Publisher(deps, "spec.kubeconfig");
  const kubeconfigs = new Kubeconfigs(deps);
  const certificates = new Certificates(deps);
  const scripts = new AttachScripts(deps);
  return {
    async publish(scope, { item }, { send }) {
      if (item.phase === "Hibernated") return;
      const wanted = new Set(placesOf(scope).map(keyOf));
      const isSurplus = ({ metadata }: KubeObject): boolean => !wanted.has(keyOf(metadata));
      await publisher.withdraw(scope.visit, publisher.publishedBy(scope.visit.object).filter(isSurplus));
      // One that can't be published does not hold up the others; the first says why.
      await inTurn([
        () => kubeconfigs.publish(scope, item),
        () => certificates.publish(scope, item),
        () => scripts.publish(scope, item, send),
      ]);
    },
    withdraw: (visit) => publisher.withdrawAll(visit, placesOfKubeconfig(visit.object)),
  };
}

function placesOf(scope: ClusterScope): readonly SecretRef[] {
  const { object } = scope.visit;
  const certificates = placeOfCertificates(object);
  return [
    ...placesOfKubeconfig(object),
    ...(certificates ? [certificates] : []),
    ...(askedOf(scope) ? [placeOfScript(object)] : []),
  ];
}

/** Throws what the first of those threw that failed. */
async function inTurn(works: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
