// Sets whose target refuses deletions, whose account is out of order, or whose fields somebody else sets again and again.
import { describe, it, vi } from "vitest";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { huaweiAccountManifests } from "../support/clouds/huawei/environment.ts";
import type { Resource } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  clusterBehind,
  configMap,
  setManifest,
  targetLacks,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useSetStand("set-trouble");

describe.concurrent("a set", () => {
  it("keeps in its inventory what a policy there does not let go, says so, and goes on when it may", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("refuses");
    await stand.target.apply(...refusingDeletes(namespace));
    const manifests = [configMap("kept"), configMap("gone")];
    await stand.apply(setManifest("refuses", { targetNamespace: namespace, manifests }));
    await stand.reaches("manifestset/refuses", "Available");
    // A policy takes its time until it holds.
    await vi.waitFor(
      async () => {
        const attempt = stand.target.kubectl("delete", "configmap", "gone", "-n", namespace, "--dry-run=server");
        const words = await attempt.then(
          () => "",
          (error: unknown) => String(error),
        );
        if (!words.includes("stays here")) throw new Error("The policy does not hold yet");
      },
      { timeout: 30_000, interval: 200 },
    );
    await stand.edit("manifestset/refuses", { spec: { manifests: [configMap("kept")] } });
    const { message } = await stand.reaches("manifestset/refuses", "Forbidden");
    expect(message).toContain(`ConfigMap ${namespace}/gone`);
    expect(stand.seen("manifestset/refuses")!.status["inventory"]).toHaveLength(2);
    await stand.target.kubectl("delete", "validatingadmissionpolicybinding", namespace);
    await targetLacks(stand, "configmap", "gone", namespace);
    await stand.reaches("manifestset/refuses", "Available");
    expect(stand.seen("manifestset/refuses")!.status["inventory"]).toHaveLength(1);
  });

  it("goes on while the cloud refuses the account's credentials: it works by the cluster's kubeconfig", async ({
    expect,
  }) => {
    const stand = theStand();
    const kubeconfig = await readKubeconfig(stand.target.plane.kubeconfigPath);
    const simulator = await clusterBehind(stand, "rejected", kubeconfig);
    const namespace = await stand.target.namespace("rejected");
    const spec = { clusterRef: { name: "rejected" }, targetNamespace: namespace, manifests: [configMap("one")] };
    await stand.apply(setManifest("rejected", spec));
    await stand.reaches("manifestset/rejected", "Available");
    const stringData = { accessKey: "test-access-key", secretKey: "another-secret-key" };
    await stand.apply(...huaweiAccountManifests(simulator, { name: "rejected", stringData }));
    await stand.reaches("cloudaccount/rejected", "CredentialsRejected");
    await stand.edit("manifestset/rejected", { spec: { manifests: [configMap("one", { level: "debug" })] } });
    await targetShows(stand, ["configmap", "one", namespace], ({ data }) => data?.["level"] === "debug");
    await stand.reaches("manifestset/rejected", "Available");
    expect((await stand.ready("cloudaccount/rejected"))?.reason).toBe("CredentialsRejected");
  });

  it("heals a field that somebody sets again and again at the tick alone, and says who, which one, and how to leave it", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("contested");
    // Longer than the test: what is healed was told of.
    const spec = { targetNamespace: namespace, driftIntervalSeconds: 3_600 };
    await stand.apply(setManifest("contested", { ...spec, manifests: [configMap("one")] }));
    await stand.reaches("manifestset/contested", "Available");
    const shows = (level: string) =>
      targetShows(stand, ["configmap", "one", namespace], ({ data }) => data?.["level"] === level);
    const theirs = ["--type=merge", "--field-manager=another-tool", "-p", '{"data":{"level":"debug"}}'];
    const change = () => stand.target.kubectl("patch", "configmap", "one", "-n", namespace, ...theirs);
    const contested = ({ status }: Resource) => status.conditions?.find(({ reason }) => reason === "FieldContested");
    for (let times = 0; times < 3; times++) {
      await change();
      await shows("info");
    }
    const said = contested(await stand.until("manifestset/contested", (set) => contested(set) !== undefined));
    expect(said).toMatchObject({ type: "UpToDate", status: "False" });
    expect(said?.message).toMatch(/^another-tool sets data\.level of ConfigMap .*spec\.ignore/);
    await change();
    await stand.visited("manifestset/contested", 1);
    expect((await shows("debug")).data).toEqual({ level: "debug" });
    await stand.lookAgain("manifestset/contested");
    await shows("info");
  });

  it("takes three releases in a row by its source for what they are, and not for somebody's changes", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("released");
    const metadata = { name: "released", labels: { "yunfan.dev/manifests": "true" } };
    const release = (settings: string) =>
      stand.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { settings } });
    await release("first");
    const copies = [{ kind: "ConfigMap", name: "released" }];
    await stand.apply(setManifest("released", { targetNamespace: namespace, driftIntervalSeconds: 3_600, copies }));
    await stand.reaches("manifestset/released", "Available");
    for (const level of ["second", "third", "fourth"]) {
      await release(level);
      await targetShows(stand, ["configmap", "released", namespace], ({ data }) => data?.["settings"] === level);
    }
    await stand.lookAgain("manifestset/released");
    const reasons = stand.versions("manifestset/released").flatMap(({ status }) => status.conditions ?? []);
    expect(reasons.map(({ reason }) => reason)).not.toContain("FieldContested");
  });
});

/** A policy of the target that lets no ConfigMap of the namespace go. */
function refusingDeletes(namespace: string): readonly object[] {
  const metadata = { name: namespace };
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["configmaps"] };
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: "false", message: "what is here stays here" }],
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: {
        policyName: namespace,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
      },
    },
  ];
}

itStaysClean(theStand);
