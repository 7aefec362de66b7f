// What the killer interrupts on registry projects: an account and a project are created, changed and deleted.
import { expect } from "vitest";
import { SECRETS } from "../../../src/controllers/cloudaccount/credentials.ts";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import { isNotFound } from "../../../src/kube/errors.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { createProjectBed, type Declared, flawsOfProjects, type ProjectBed, pullSecretOf } from "./projects.ts";

export function projectCourse(duplicateNames: "Refuse" | "Allow"): Course<ProjectBed> {
  return {
    async open() {
      const bed = await createProjectBed("chaos-kill", { duplicateNames });
      bed.start();
      return bed;
    },
    phases,
  };
}

function phases(bed: ProjectBed, name: string): readonly Phase[] {
  const { stand, kube } = bed;
  const pullSecret = { namespace: stand.namespace, name: pullSecretOf(name) };
  const account = `${name}-account`;
  const since = effectsFrom(bed);
  const methods = async (): Promise<string[]> => (await since.effects()).map(({ method }) => method);
  const isAsDeclared = async (declared: Declared): Promise<void> => {
    expect(await flawsOfProjects(bed, declared)).toEqual([]);
  };
  return [
    {
      name: "account",
      begin: () => bed.addAccount(account),
      goal: async () => void (await stand.reaches(`cloudaccount/${account}`, "Verified")),
    },
    {
      name: "create",
      async begin() {
        await since.from();
        await bed.addProject(name, { accountRef: { name: account }, pullSecrets: [pullSecret] });
      },
      async goal() {
        await stand.reaches(`registryproject/${name}`, "Available");
        await isAsDeclared(new Map([[name, "Private"]]));
        expect(await methods()).toEqual(["POST"]);
        const { metadata } = await kube.get(SECRETS, pullSecret, { metadataOnly: true });
        expect(metadata.name).toBe(pullSecret.name);
      },
    },
    {
      name: "change",
      begin: () => bed.changeProject(name, { visibility: "Public" }),
      async goal() {
        await stand.until(`registryproject/${name}`, ({ spec }) => spec["visibility"] === "Public");
        await stand.reaches(`registryproject/${name}`, "Available");
        await isAsDeclared(new Map([[name, "Public"]]));
        expect(await methods()).toEqual(["POST", "PUT"]);
      },
    },
    {
      name: "remove",
      begin: () => bed.removeProject(name),
      async goal() {
        await stand.gone(`registryproject/${name}`);
        await isAsDeclared(new Map());
        expect(await methods()).toEqual(["POST", "PUT", "DELETE"]);
        const left = kube.get(SECRETS, pullSecret, { metadataOnly: true });
        await expect(left).rejects.toSatisfy(isNotFound);
      },
    },
    {
      name: "removeAccount",
      begin: () => bed.remove(cloudAccount.type, account),
      goal: () => stand.gone(`cloudaccount/${account}`),
    },
  ];
}
