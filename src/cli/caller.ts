// What a command does with the rights of who calls it: on the resource, on its account and on the account's Secret.
import type { CloudSession } from "../cloud/contract.ts";
import { proxyFromEnvironment } from "../cloud/http/proxy.ts";
import { AccountDirectory } from "../controllers/cloudaccount/accounts.ts";
import { CREDENTIALS_TYPE, SECRETS, type CredentialsSecret } from "../controllers/cloudaccount/credentials.ts";
import { accountOf } from "../controllers/cloudaccount/parent.ts";
import { cloudAccount, type CloudAccount } from "../crds/cloudaccount/schema.ts";
import { registryProject, type RegistryProject } from "../crds/registryproject/schema.ts";
import { HttpKubeClient } from "../kube/client.ts";
import { loadKubeConfig } from "../kube/kubeconfig.ts";
import { KubeTransport } from "../kube/transport.ts";
import { systemClock } from "../lib/clock.ts";
import { openFence } from "../lib/fence.ts";
import { createLogger } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import { clouds } from "./clouds.ts";

export interface Asked {
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly name: string;
}

export interface OpenProject {
  readonly project: RegistryProject;
  readonly session: CloudSession;
}

/** Runs `work` on a RegistryProject, by a session of its account. Throws what is missing, or not allowed. */
export async function onProject<T>(
  { kubeconfig, namespace, name }: Asked,
  signal: AbortSignal,
  work: (open: OpenProject) => Promise<T>,
): Promise<T> {
  const deps = {
    clock: systemClock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: `yunfan/${VERSION} (command)`,
  };
  await using transport = KubeTransport.create({ kubeConfig: loadKubeConfig({ path: kubeconfig }), ...deps });
  const client = new HttpKubeClient(transport);
  const project = await client.get<RegistryProject>(registryProject.type, { namespace, name }, { signal });
  const account = await client.get<CloudAccount>(cloudAccount.type, refOf(accountOf(project)), { signal });
  const secretRef = { namespace: account.metadata.namespace, name: account.spec.credentialsSecretRef.name };
  const secret = await client.get<CredentialsSecret & { readonly type?: string }>(SECRETS, secretRef, { signal });
  if (secret.type !== CREDENTIALS_TYPE) throw new Error(`Secret ${secretRef.name} is not of type ${CREDENTIALS_TYPE}`);
  const directory = new AccountDirectory({
    accounts: { get: () => account },
    secrets: { get: () => secret },
    clouds,
    cloudDeps: () => ({ ...deps, proxy: proxyFromEnvironment(process.env) }),
    visit: () => {},
  });
  try {
    // As for the operator: an account serves the namespaces that it lists.
    directory.find(project.spec.accountRef, namespace);
    return await work({ project, session: directory.open(account, secret) });
  } finally {
    await directory.close();
  }
}

function refOf(key: string): { namespace: string; name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
