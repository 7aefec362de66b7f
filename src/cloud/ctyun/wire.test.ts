import { describe, expect, test } from "vitest";
import { parseExactly } from "../../lib/exact-json.ts";
import { imagesAuth, projectPage, repositoryPage, tagList } from "./wire.ts";

/** As the reference prints it (3.10.2). */
const printed = {
  project_id: 16,
  owner_id: 1,
  name: "ctyun",
  creation_time: "2018-11-28T05:15:12Z",
  creation_time_str: "",
  deleted: 0,
  owner_name: "",
  public: 1,
  Toggleable: false,
  update_time: "2018-11-28T05:15:12Z",
  current_user_role_id: 3,
  repo_count: 1,
};

function oneProject(change: Record<string, unknown>) {
  return projectPage.parse([{ ...printed, ...change }])[0];
}

describe("a project", () => {
  test("is read as the reference prints it", () => {
    expect(oneProject({})).toEqual({
      id: "16",
      name: "ctyun",
      visibility: "Public",
      mine: false,
      createdAtMs: Date.UTC(2018, 10, 28, 5, 15, 12),
      repositoryCount: 1,
    });
  });

  test.each([
    [1, "Public"],
    ["1", "Public"],
    [true, "Public"],
    ["true", "Public"],
    [0, "Private"],
    ["0", "Private"],
    [false, "Private"],
    ["false", "Private"],
  ])("with public %j is %s, at the top or in metadata", (value, visibility) => {
    expect(oneProject({ public: value })?.visibility).toBe(visibility);
    expect(oneProject({ public: undefined, metadata: { public: value } })?.visibility).toBe(visibility);
  });

  test("is ours with the role of its administrator only", () => {
    expect(oneProject({ current_user_role_id: 1 })?.mine).toBe(true);
    expect(oneProject({ current_user_role_id: "1" })?.mine).toBe(true);
    expect(oneProject({ current_user_role_id: 2 })?.mine).toBe(false);
    expect(oneProject({ current_user_role_id: undefined })?.mine).toBe(false);
  });

  test("has its id as text, whatever it is in the answer", () => {
    expect(oneProject({ project_id: "16" })?.id).toBe("16");
    const big = parseExactly(JSON.stringify([{ ...printed, project_id: 0 }]).replace(":0,", ":9007199254740993,"));
    expect(projectPage.parse(big)[0]?.id).toBe("9007199254740993");
  });

  test("was made at no known time where the cloud's text has no zone or no sense", () => {
    for (const time of ["2018-11-28 05:15:12", "yesterday Z", "", undefined]) {
      expect(oneProject({ creation_time: time })?.createdAtMs).toBeNaN();
    }
    expect(oneProject({ creation_time: "2018-11-28T13:15:12.5+08:00" })?.createdAtMs).toBe(
      Date.UTC(2018, 10, 28, 5, 15, 12, 500),
    );
  });

  test("that is marked as deleted is none", () => {
    expect(oneProject({ deleted: 1 })).toBeUndefined();
  });

  test.each([{ project_id: undefined }, { project_id: "" }, { name: "" }, { public: "maybe" }, { public: undefined }])(
    "with %j spoils the list: what can't be read must not pass for absent",
    (change) => {
      expect(projectPage.safeParse([printed, { ...printed, ...change }]).success).toBe(false);
    },
  );
});

describe("a page", () => {
  test("may be null, as Go writes an empty list, and nothing else that is not a list", () => {
    expect(projectPage.parse(null)).toEqual([]);
    expect(repositoryPage.parse(null)).toEqual([]);
    for (const other of [{}, "", 0, { items: [] }]) expect(projectPage.safeParse(other).success).toBe(false);
  });
});

test("a repository loses its project's name and keeps its slashes", () => {
  const page = [
    { id: "1", name: "openshift3/openswitch", tags_count: 3 },
    { id: 2, name: "openshift3/a/b" },
    { id: 3, name: "bare" },
  ];
  expect(repositoryPage.parse(page)).toEqual([
    { name: "openswitch", tagCount: 3 },
    { name: "a/b", tagCount: 0 },
    { name: "bare", tagCount: 0 },
  ]);
});

test("a tag is its name and digest", () => {
  expect(tagList.parse([{ digest: "sha256:98", name: "latest", size: 1, config: { labels: null } }])).toEqual([
    { name: "latest", digest: "sha256:98" },
  ]);
});

describe("pull credentials", () => {
  const auth = { UserName: "caasuser", Password: "MzdmYWl3ZA==", SecretName: "s" };

  test.each([
    ["https://10.150.1.20:443", "10.150.1.20:443"],
    ["http://registry.example/", "registry.example"],
    ["registry.example:5000", "registry.example:5000"],
  ])("of %s are for %s, with the password as given", (RegistryUrl, registry) => {
    expect(imagesAuth.parse({ ...auth, RegistryUrl })).toEqual({
      registry,
      username: "caasuser",
      password: "MzdmYWl3ZA==",
    });
  });

  test("with anything missing are none", () => {
    expect(imagesAuth.safeParse(auth).success).toBe(false);
    expect(imagesAuth.safeParse({ ...auth, RegistryUrl: "https://r", Password: "" }).success).toBe(false);
  });
});
