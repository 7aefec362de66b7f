// Emptying a project before it is deleted, and what is said about one that holds images.
import { describe, expect, it } from "vitest";
import { cloudProject } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { visitTo } from "../../../test/support/operator/kinds.ts";
import type { RegistryFacet } from "../../cloud/facets/registry.ts";
import { grantWrite } from "../../cloud/permit.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { SendFirst } from "../external/kind.ts";
import { emptyForDeletion } from "./contents.ts";
import type { ProjectScope } from "./scope.ts";

const { signal } = new AbortController();

/** What was deleted, and as what each request was announced; of a project with these repositories. */
async function emptied(
  repositories: readonly string[] | "Absent",
  spec: Record<string, unknown> = {},
  { emptyLists = 0 } = {},
) {
  const deleted: string[] = [];
  const told: unknown[] = [];
  let lists = 0;
  const listed = repositories === "Absent" ? repositories : repositories.map((name) => ({ name, tagCount: 1 }));
  const facet: Partial<RegistryFacet> = {
    listRepositories: () => {
      lists += 1;
      return Promise.resolve(lists > emptyLists ? listed : []);
    },
    deleteRepository: (_, name) => {
      deleted.push(name);
      return Promise.resolve();
    },
  };
  const send: SendFirst = (change, request) => {
    told.push(change);
    return request(grantWrite(signal));
  };
  const visit = visitTo(storedRegistryProject({ spec }));
  await emptyForDeletion({ visit, facet } as unknown as ProjectScope, cloudProject(), send);
  return { deleted, told };
}

async function refusal(repositories: readonly string[]): Promise<TerminalError> {
  const error = await emptied(repositories).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TerminalError);
  return error as TerminalError;
}

describe("a project that holds images", () => {
  it("waits for a person and offers the three ways out", async () => {
    const { reason, message } = await refusal(["a", "b"]);
    expect(reason).toBe("NotEmpty");
    expect(message).toMatch(/2 images.*spec\.contentsOnDelete to Delete.*spec\.deletionPolicy to Orphan/);
  });

  it("waits though one list of them is empty", async () => {
    await expect(emptied(["a"], {}, { emptyLists: 1 })).rejects.toMatchObject({ reason: "NotEmpty" });
  });

  it("counts one image as one", async () => {
    expect((await refusal(["a"])).message).toContain("holds 1 image.");
  });

  it("is emptied where the spec says so, by one change for each repository, which is named", async () => {
    const { deleted, told } = await emptied(["a", "b/c"], { contentsOnDelete: "Delete" });
    expect(deleted).toEqual(["a", "b/c"]);
    expect(told).toEqual(
      ["a", "b/c"].map((name) => ({ verb: "Delete", target: `repository shop/${name}`, fields: [] })),
    );
  });
});

describe("a project without images, or that is gone", () => {
  it("has nothing to be emptied of", async () => {
    for (const repositories of [[], "Absent"] as const) expect((await emptied(repositories)).told).toEqual([]);
  });
});
