// What a command does with the rights of who calls it: on the resource, on its account and on the account's Secret.
import type { CloudSession } from "../cloud/contract.ts";
import { proxyFromEnvironment } from "../cloud/http/proxy.ts";
import { AccountDirectory } from "../controllers/cloudaccount/accounts.ts";
import { CREDENTIALS_TYPE, SECRETS, type CredentialsSecret } from "../controllers/cloudaccount/credentials.ts";
import { accountOf } from "../controllers/cloudaccount/parent.ts";
import { cloudAccount } from "../crds/cloudaccount/kind.ts";
import type { CloudAccount } from "../crds/cloudaccount/schema.ts";
import { registryProject } from "../crds/registryproject/kind.ts";
import type { RegistryProject } from "../crds/registryproject/schema.ts";
import { HttpKubeClient, type KubeClient } from "../kube/client.ts";
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

/** Whoever has called the command. */
export interface Caller {
  readonly client: Pick<KubeClient, "get">;
  /**
   * A session of the account with that key ("namespace/name"), as a resource in `fromNamespace` may have one. Throws what is missing, or not
   * allowed.
   */
  readonly open: (
    key: string,
    fromNamespace: string,
    signal: AbortSignal,
  ) => Promise<{ readonly session: CloudSession; readonly account: CloudAccount }>;
}

/** Runs `work`; sessions that it has opened end with it. */
export async function asCaller<T>(kubeconfig: string | undefined, work: (caller: Caller) => Promise<T>): Promise<T> {
  const deps = {
    clock: systemClock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: `yunfan/${VERSION} (command)`,
  };
  await using transport = KubeTransport.create({ kubeConfig: loadKubeConfig({ path: kubeconfig }), ...deps });
  const client = new HttpKubeClient(transport);
  const accounts = new Map<string, CloudAccount>();
  const secrets = new Map<string, CredentialsSecret>();
  const directory = new AccountDirectory({
    accounts: { get: (key) => accounts.get(key) },
    secrets: { get: (key) => secrets.get(key) },
    clouds,
    cloudDeps: () => ({ ...deps, proxy: proxyFromEnvironment(process.env) }),
    visit: () => {},
  });
  const open: Caller["open"] = async (key, fromNamespace, signal) => {
    const account = await client.get<CloudAccount>(cloudAccount.type, refOf(key), { signal });
    const secretRef = { namespace: account.metadata.namespace, name: account.spec.credentialsSecretRef.name };
    const secret = await client.get<CredentialsSecret & { readonly type?: string }>(SECRETS, secretRef, { signal });
    if (secret.type !== CREDENTIALS_TYPE) {
      throw new Error(`Secret ${secretRef.name} is not of type ${CREDENTIALS_TYPE}`);
    }
    accounts.set(key, account);
    secrets.set(`${secretRef.namespace}/${secretRef.name}`, secret);
    // As for the operator: an account serves the namespaces that it lists.
    directory.find(refOf(key), fromNamespace);
    return { session: directory.open(account, secret), account };
  };
  try {
    return await work({ client, open });
  } finally {
    await directory.close();
  }
}

/** Runs `work` on a RegistryProject, by a session of its account. Throws what is missing, or not allowed. */
export async function onProject<T>(
  { kubeconfig, namespace, name }: Asked,
  signal: AbortSignal,
  work: (open: OpenProject) => Promise<T>,
): Promise<T> {
  return asCaller(kubeconfig, async ({ client, open }) => {
    const project = await client.get<RegistryProject>(registryProject.type, { namespace, name }, { signal });
    const { session } = await open(accountOf(project), namespace, signal);
    return work({ project, session });
  });
}

function refOf(key: string): { namespace: string; name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
