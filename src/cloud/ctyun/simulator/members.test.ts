// Every call over HTTP, compared with the members that the samples of the CTYUN CCI API reference promise (members.ts).
import { expect, test } from "vitest";
import { MembersCheck } from "../../../../test/support/clouds/members.ts";
import type { Received, Sent } from "../../simulation/test-support.ts";
import { registryCalls } from "./members.ts";
import { startTestSimulator } from "./test-support.ts";

const PROJECTS = "/registry/api/projects";
const REPOSITORIES = "/registry/api/repositories";

test("every answer has the members that the reference promises, and every call has a list of them", async () => {
  const client = await startTestSimulator();
  // What is in namespaces is answered by Kubernetes.
  const isOwn = (call: string): boolean => / \/registry\/|\/images\/auth$/.test(call);
  const calls = ((await client.send("/_simulator/calls")).json() as string[]).filter(isOwn);
  const check = new MembersCheck(registryCalls, calls);
  const ask = async (method: string, path: string, sent: Omit<Sent, "method"> = {}): Promise<Received> => {
    const received = await client.send(path, { ...sent, method });
    check.check({ method, path, ...received });
    return received;
  };

  const created = await ask("POST", PROJECTS, { body: { project_name: "ours", metadata: { public: "true" } } });
  const project = String(created.headers["location"]);
  await client.colleague("POST", "projects", { name: "theirs", public: true, owner: "zhang" });
  for (const repository of ["ours/app", "ours/team/tool"]) await client.colleague("POST", "images", { repository });
  await ask("GET", `${PROJECTS}?page=1&page_size=15`);
  await ask("GET", `${REPOSITORIES}?project_id=${project.split("/").at(-1)}&page=1&page_size=15`);
  await ask("GET", `${REPOSITORIES}/ours/team/tool/tags?detail=1`);
  for (const prefix of ["", "/api/v1"]) await ask("GET", `${prefix}/namespaces/default/images/auth`);
  await ask("PUT", project, { body: { metadata: { public: "false" } } });
  await ask("DELETE", project);
  await ask("DELETE", `${REPOSITORIES}/ours/app`);
  await ask("DELETE", `${PROJECTS}/ours/team/tool`);
  await ask("DELETE", project);

  for (const call of calls) {
    const [method = "", pattern = ""] = call.split(" ");
    const path = pattern.replaceAll(/:\w+/g, "99").replace("*", "none/tags");
    const body = method === "POST" || method === "PUT" ? { body: {} } : {};
    await ask(method, path, body);
    await ask(method, path, { ...body, headers: { authorization: "auth-v1/nobody/0//0" } });
  }
  expect(check.problems()).toEqual([]);
});
