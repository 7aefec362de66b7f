// The simulated clouds of the demo, and the samples that are applied to each.

export interface DemoCloud {
  readonly provider: string;
  /** Folder below manifests/samples. */
  readonly folder: string;
  /** Its samples that are applied, without ".yaml"; all where unset. */
  readonly samples?: readonly string[];
  /** Of its Secret. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Flags of its simulator beside the address; `kubeconfig` is that of the local control plane. */
  readonly flags: (kubeconfig: string) => readonly string[];
}

const keys = { accessKey: "demo-access-key", secretKey: "demo-secret-key" };
const keyFlags = ["--access-key", keys.accessKey, "--secret-key", keys.secretKey];
const user = { username: "demo-user", password: "demo-password", domainName: "Default" };
const userFlags = ["--username", user.username, "--password", user.password];

const TOKEN = "demo-token-0123456789";
/** The one in which a platform keeps its inventory. */
export const INVENTORY = "TencentBCS";

/** So fast do the jobs of a cloud run that take minutes: a cluster is there after some seconds. */
const SPEED = "180";

export const demoClouds: readonly DemoCloud[] = [
  {
    provider: "CtyunCCI",
    folder: "ctyun",
    credentials: keys,
    // The local control plane stands in for the Kubernetes that it wraps.
    flags: (kubeconfig) => [...keyFlags, "--kubeconfig", kubeconfig],
  },
  {
    provider: "HuaweiCCE",
    folder: "huawei",
    credentials: keys,
    // The local control plane stands in for the cluster, so that the published kubeconfig works.
    flags: (kubeconfig) => [...keyFlags, "--speed", SPEED, "--kubeconfig", kubeconfig, "--run-pods"],
  },
  {
    provider: "AlibabaACK",
    folder: "alibaba",
    // The others are of a dedicated cluster, which the public cloud makes no more, and of servers that exist already.
    samples: ["secret", "account", "managedcluster", "nodepool"],
    credentials: keys,
    flags: (kubeconfig) => [...keyFlags, "--speed", SPEED, "--kubeconfig", kubeconfig],
  },
  {
    provider: "EasyStackECNS",
    folder: "easystack",
    credentials: user,
    // What acts inside of its cluster is kept on the local control plane.
    flags: (kubeconfig) => [...userFlags, "--speed", SPEED, "--kubeconfig", kubeconfig],
  },
  // The last one: what is reported to it are the samples of the others.
  { provider: INVENTORY, folder: "bcs", credentials: { token: TOKEN }, flags: () => ["--token", TOKEN] },
];

export function simulatorArguments({ provider, flags }: DemoCloud, kubeconfig: string): string[] {
  return ["simulate", provider, "--listen", "127.0.0.1:0", ...flags(kubeconfig)];
}
