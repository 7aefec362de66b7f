// Stands on bcs-storage with an operator at work, and what their tests ask of them again and again.
import { HttpKubeClient, type KubeClient } from "../../../../src/kube/client.ts";
import { loadKubeConfig } from "../../../../src/kube/kubeconfig.ts";
import { EVENTS, OUR_EVENTS, type KubeEvent } from "../../../../src/controllers/inventory/kube-events.ts";
import { sharedControlPlane } from "../../apiserver/controlplane.ts";
import { transportOf } from "../../apiserver/transports.ts";
import { AMPLE_BUDGET, bcsAccountManifests, createBcsStand, type BcsOptions, type BcsStand } from "./environment.ts";

interface Working {
  /** Its namespace is the platform's: sinks and sources in it may reach beyond it. */
  readonly isPlatform?: boolean;
}

/** With an operator, and the account "bcs", which is Verified and has an ample budget. */
export async function createWorkingStand(
  prefix: string,
  options: BcsOptions = {},
  { isPlatform }: Working = {},
): Promise<BcsStand> {
  const stand = await createBcsStand(prefix, options);
  await stand.operator({ flags: flagsOf(stand, isPlatform) }).ready;
  await stand.apply(...bcsAccountManifests(stand.simulator, { spec: { requestBudget: AMPLE_BUDGET } }));
  await stand.reaches("cloudaccount/bcs", "Verified");
  return stand;
}

/** Kills the operator that works, and starts the next one, after what happens while there is none. */
export async function restartOperator(
  stand: BcsStand,
  { isPlatform, meanwhile }: Working & { readonly meanwhile?: () => Promise<void> } = {},
): Promise<void> {
  const former = stand.operators.at(-1)!;
  former.kill("SIGKILL");
  await former.ended;
  await meanwhile?.();
  await stand.operator({ flags: flagsOf(stand, isPlatform) }).ready;
}

/** For what must hold of a stand whose operators but the last one were killed. */
export function lastOperatorOf(stand: BcsStand): BcsStand {
  return { ...stand, operators: stand.operators.slice(-1) };
}

function flagsOf({ namespace }: BcsStand, isPlatform = false): string[] {
  return ["--no-leader-elect", ...(isPlatform ? ["--platform-namespace", namespace] : [])];
}

/** UIDs of the Events that the API server has of resources that a sink in the namespace reports. */
export async function reportedEvents(
  kube: Pick<KubeClient, "list">,
  { namespace }: Pick<BcsStand, "namespace">,
): Promise<readonly string[]> {
  const { items } = await kube.list<KubeEvent>(EVENTS, { namespace, fieldSelector: OUR_EVENTS });
  return items
    .filter(({ involvedObject }) => involvedObject?.kind !== "InventorySink")
    .map(({ metadata }) => metadata.uid);
}

/** As administrator: what is asked in a loop would be, by kubectl, most of the work. */
export function administrator(): { readonly kube: KubeClient } & AsyncDisposable {
  const transport = transportOf(loadKubeConfig({ path: sharedControlPlane().kubeconfigPath }));
  return { kube: new HttpKubeClient(transport), [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
}
