// What only EasyStack ECNS needs of a ManagedApplication: hybrid orchestration (1.8), workloads with servers beside them; and what it alone
// tells of one.
import * as z from "zod";
import type { BlockOptions, NamedSecret } from "../../schema/blocks.ts";
import { withRule } from "../../schema/enforced.ts";
import { anyObject, integer, listMapOf, listOf, mapOf, setOf, text } from "../../schema/fields.ts";
import { cloudReference, objectName } from "../../schema/formats.ts";

const word = text({ min: 1, max: 128 }).regex(/^[^\r\n]+$/);
const told = text({ max: 253 });

const NAME = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/);

const network = z.object({
  networkId: cloudReference.describe("Id of the network that the servers are in."),
  networkName: word.describe("Name of the same network."),
  subnetId: cloudReference.describe("Id of the subnet in it."),
  subnetName: word.describe("Name of the same subnet."),
});

const loadBalancer = z.object({
  name: word.optional().describe("Name of the balancer."),
  internalIp: z
    .string()
    .max(45)
    .regex(/^[0-9A-Fa-f.:]*$/)
    .optional()
    .describe("Its address in the subnet. Left out: the cloud is given none."),
  ports: listOf(
    z
      .object({
        port: integer({ min: 1, max: 65_535 }).describe("Port."),
        protocol: z.enum(["TCP", "UDP"]).describe("Its protocol."),
      })
      .describe("A port that it serves."),
    { max: 64 },
  )
    .optional()
    .describe("What it serves."),
});

const securityGroups = setOf(word.describe("Name of a security group."), { max: 16 });

const disk = {
  type: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .optional()
    .describe("Type of the volume, such as hdd or high-performance."),
  sizeGiB: integer({ min: 1, max: 65_536 }).describe("Size in GiB."),
  cascadeDelete: z
    .boolean()
    .optional()
    .describe("Whether it goes with its server. Default: false, it stays and costs."),
};

const secretKey = z.object({
  name: objectName.describe("Name of the Secret, beside this resource."),
  key: text({ min: 1, max: 253 }).describe("Key in the Secret."),
});

const virtualMachine = withRule(
  withRule(
    z.object({
      name: NAME.describe("Name, of which there may be one in the namespace."),
      replicas: integer({ min: 1, max: 100 }).describe("How many servers are made."),
      zone: word.describe("Availability zone."),
      flavor: word.describe("Name of the flavor."),
      imageName: word.optional().describe("Image to start from. Exactly one of imageName, snapshotName, volumeName."),
      snapshotName: word.optional().describe("Snapshot of a server to start from."),
      volumeName: word.optional().describe("Volume to start from."),
      systemDisk: z.object(disk).describe("System disk."),
      dataDisks: listOf(
        z
          .object({
            ...disk,
            amount: integer({ min: 1, max: 16 }).optional().describe("How many of them. Default: 1."),
          })
          .describe("Data disks that are alike."),
        { max: 16 },
      )
        .optional()
        .describe("Data disks of each server."),
      securityGroups: securityGroups.optional().describe("Security groups. Default: the one named default."),
      loadBalancer: loadBalancer.optional().describe("The balancer in front of the servers."),
      keyPairName: word
        .optional()
        .describe("Key pair by which people log in. Exactly one of keyPairName, passwordSecretRef."),
      passwordSecretRef: secretKey
        .optional()
        .describe("Secret with the password of the servers' administrator, labelled as below."),
      userDataSecretRef: secretKey
        .optional()
        .describe(
          'Secret with what the servers run at their first start; it bears the label yunfan.dev/manifests: "true".',
        ),
    }),
    {
      rule: "[has(self.imageName), has(self.snapshotName), has(self.volumeName)].filter(given, given).size() == 1",
      message: "a server starts from exactly one of imageName, snapshotName and volumeName",
    },
    ({ imageName, snapshotName, volumeName }) =>
      [imageName, snapshotName, volumeName].filter((name) => name !== undefined).length === 1,
  ),
  {
    rule: "has(self.keyPairName) != has(self.passwordSecretRef)",
    message: "exactly one of keyPairName and passwordSecretRef must be given",
  },
  ({ keyPairName, passwordSecretRef }) => (keyPairName === undefined) !== (passwordSecretRef === undefined),
);

const hybrid = z.object({
  network: network.describe("Where the servers are."),
  configMaps: listMapOf(
    z
      .object({
        name: objectName.describe("Name of the ConfigMap."),
        data: mapOf(text({ max: 65_536 }).describe("A text."), { max: 64 }).describe("What is in it."),
      })
      .describe("A ConfigMap that is made with it."),
    { keys: ["name"], max: 16 },
  )
    .optional()
    .describe("ConfigMaps that are made with it."),
  workloads: listOf(
    z
      .object({
        manifest: anyObject().describe(
          "A Deployment, StatefulSet or DaemonSet of apps/v1, as far as the cloud's form of a workload carries it; a field that it does not carry is refused by its path.",
        ),
        securityGroups: securityGroups.optional().describe("Security groups of its pods. Default: none."),
        loadBalancer: loadBalancer.optional().describe("The balancer by which servers reach it."),
      })
      .describe("A workload that is made with it."),
    { max: 32 },
  )
    .optional()
    .describe("Container workloads that are made with it."),
  virtualMachines: listMapOf(virtualMachine.describe("Servers that are alike."), { keys: ["name"], max: 32 })
    .optional()
    .describe("Servers that are made with it. They cost from then on, and no call stops them."),
});

export const application = z.object({
  hybrid: hybrid
    .optional()
    .describe(
      "Makes it a hybrid application. Left out: a normal one; with externalId the one that is there. Immutable, since no call changes it.",
    ),
});

export const applicationStatus = z.object({
  type: z.enum(["Normal", "Hybrid"]).optional().describe("Which of the two sorts it is."),
  virtualMachines: listMapOf(
    z
      .object({
        name: text({ min: 1, max: 253 }).describe("Name."),
        state: told.describe("In the cloud's words."),
        instances: listOf(
          z
            .object({
              name: told.describe("Name of the server."),
              id: told.describe("Id of the server."),
              state: told.describe("In the cloud's words."),
              internalIp: told.describe("Its address in the subnet; may be empty."),
            })
            .describe("One server."),
          { max: 128 },
        )
          .optional()
          .describe("The servers."),
      })
      .describe("Servers that are alike."),
    { keys: ["name"], max: 64 },
  )
    .optional()
    .describe("Servers of a hybrid application. They cost as long as they are there."),
});

export type ApplicationOptions = z.output<typeof application>;
export type HybridOptions = z.output<typeof hybrid>;
export type MachineOptions = z.output<typeof virtualMachine>;
export type BalancerOptions = z.output<typeof loadBalancer>;
export type ApplicationFacts = z.output<typeof applicationStatus>;

/** Passwords and user data, each labelled so that it may go to the cloud: whoever may create an application could else read any Secret. */
export function secretsIn(block: BlockOptions): readonly NamedSecret[] {
  const { hybrid: declared }: ApplicationOptions = block;
  return (declared?.virtualMachines ?? []).flatMap((machine) =>
    (["passwordSecretRef", "userDataSecretRef"] as const).flatMap((member) => {
      const ref = machine[member];
      return ref === undefined ? [] : [{ field: secretField(machine.name, member), ...ref }];
    }),
  );
}

/** The path of a reference in the spec. */
export function secretField(machine: string, member: "passwordSecretRef" | "userDataSecretRef"): string {
  return `spec.easystack.hybrid.virtualMachines[${machine}].${member}`;
}
