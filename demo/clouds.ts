// The simulated clouds of the demo, and the samples that are applied to each.

export interface DemoCloud {
  readonly provider: string;
  /** Folder below manifests/samples. */
  readonly folder: string;
  readonly credentials: Readonly<Record<string, string>>;
  /** Further flags of its simulator; `kubeconfig` is that of the local control plane. */
  readonly flags: (kubeconfig: string) => readonly string[];
}

const credentials = { accessKey: "demo-access-key", secretKey: "demo-secret-key" };

/** So fast do the jobs of a cloud run that take minutes: a cluster is there after some seconds. */
const SPEED = "180";

export const demoClouds: readonly DemoCloud[] = [
  { provider: "CtyunCCI", folder: "ctyun", credentials, flags: () => [] },
  {
    provider: "HuaweiCCE",
    folder: "huawei",
    credentials,
    // The local control plane stands in for the cluster, so that the published kubeconfig works.
    flags: (kubeconfig) => ["--speed", SPEED, "--kubeconfig", kubeconfig],
  },
];

export function simulatorArguments({ provider, credentials: keys, flags }: DemoCloud, kubeconfig: string): string[] {
  const { accessKey = "", secretKey = "" } = keys;
  const common = ["--listen", "127.0.0.1:0", "--access-key", accessKey, "--secret-key", secretKey];
  return ["simulate", provider, ...common, ...flags(kubeconfig)];
}
