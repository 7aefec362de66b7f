// What lies below projects, over real HTTP against a server that answers in every odd way a test asks for.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answerPages, startScriptedCtyun, type ScriptedCtyun } from "../../../test/support/clouds/ctyun/scripted.ts";
import { json, type ScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { grantWrite } from "../permit.ts";

const never = new AbortController().signal;

let cloud: ScriptedCtyun;
let server: ScriptedServer;

beforeEach(async () => {
  cloud = await startScriptedCtyun();
  ({ server } = cloud);
});
afterEach(() => cloud[Symbol.asyncDispose]());

describe("what a project holds", () => {
  test("is read to an empty page", async () => {
    answerPages(server, [{ id: 1, name: "p/a", tags_count: 2 }], [{ id: 2, name: "p/b/c", tags_count: 1 }]);
    expect(await cloud.open().listRepositories("7", never)).toEqual([
      { name: "a", tagCount: 2 },
      { name: "b/c", tagCount: 1 },
    ]);
    expect(cloud.targets()[0]).toBe("GET /registry/api/repositories?page=1&page_size=100&project_id=7");
  });

  test("is Absent where the cloud knows no such project, and unknown where it only fails", async () => {
    server.answer = (_request, response) => json(response, 404, { code: 404, message: "project 7 not found" });
    expect(await cloud.open().listRepositories("7", never)).toBe("Absent");
    server.answer = (_request, response) => response.writeHead(404, { "content-type": "text/html" }).end("<html>");
    await expect(cloud.open().listRepositories("7", never)).rejects.toMatchObject({ kind: "Unavailable" });
    server.answer = (_request, response) => json(response, 502, {});
    await expect(cloud.open().listRepositories("7", never)).rejects.toMatchObject({ kind: "Unavailable" });
  });

  test("has tags under a path that keeps an image's slashes and encodes the rest", async () => {
    server.answer = (_request, response) => json(response, 200, [{ name: "v1", digest: "sha256:aa" }]);
    expect(await cloud.open().listTags("p", "a/b c", never)).toEqual([{ name: "v1", digest: "sha256:aa" }]);
    expect(cloud.targets()).toEqual(["GET /registry/api/repositories/p/a/b%20c/tags?detail=1"]);
  });

  test("is deleted image by image; gone is as good as deleted", async () => {
    server.answer = (_request, response) => json(response, 404, { code: 404, message: "repository not found" });
    await cloud.open().deleteRepository({ id: "7", name: "p" }, "a/b", grantWrite(never));
    await cloud
      .open({ providerOptions: { imageDeletePath: "ProjectId" } })
      .deleteRepository({ id: "7", name: "p" }, "a", grantWrite(never));
    expect(cloud.targets()).toEqual([
      "DELETE /registry/api/repositories/p/a/b",
      "DELETE /registry/api/repositories/7/a",
    ]);
    server.answer = (_request, response) => json(response, 403, {});
    await expect(cloud.open().deleteRepository({ id: "7", name: "p" }, "a", grantWrite(never))).rejects.toMatchObject({
      kind: "Forbidden",
    });
  });

  test.each(["../projects", "a//b", "a/../../../projects/1", ""])("with the image %j is left alone", async (image) => {
    const deleted = cloud.open().deleteRepository({ id: "7", name: "p" }, image, grantWrite(never));
    await expect(deleted).rejects.toMatchObject({ kind: "Rejected" });
    expect(server.seen).toHaveLength(0);
  });
});

describe("pull credentials", () => {
  const auth = { UserName: "u", Password: "cGFzcw==", SecretName: "s", RegistryUrl: "https://r.example:443" };

  test("come from the namespace's path, with the prefix where the account says so", async () => {
    server.answer = (_request, response) => json(response, 200, auth);
    const expected = { registry: "r.example:443", username: "u", password: "cGFzcw==" };
    expect(await cloud.open().pullCredentials({ namespace: "default" }, never)).toEqual(expected);
    const prefixed = cloud.open({ providerOptions: { namespacePathPrefix: "/api/v1" } });
    expect(await prefixed.pullCredentials({ namespace: "default" }, never)).toEqual(expected);
    expect(cloud.targets()).toEqual([
      "GET /namespaces/default/images/auth",
      "GET /api/v1/namespaces/default/images/auth",
    ]);
  });

  test("that can't be read are not shown in the error", async () => {
    server.answer = (_request, response) => response.end(`{"UserName":"u","Password":"cGFzcw==" "RegistryUrl"`);
    const error: unknown = await cloud
      .open()
      .pullCredentials({ namespace: "default" }, never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "Unavailable" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("cGFzcw");
  });

  test("of a namespace that is not there are NotFound", async () => {
    server.answer = (_request, response) => json(response, 404, { code: 404, message: "namespace not found" });
    await expect(cloud.open().pullCredentials({ namespace: "nowhere" }, never)).rejects.toMatchObject({
      kind: "NotFound",
    });
  });
});
