// What `yunfan` says to somebody who got it wrong: one line that names the mistake, no stack, exit code 1. What each flag takes
// is in src/cli/run.test.ts.
import { describe, it } from "vitest";
import { spawnYunfan } from "../support/operator/command.ts";
import { untilTestEnds } from "../support/apiserver/transports.ts";

describe("a mistake in the flags", () => {
  it.for([
    [
      "a kubeconfig that is not there",
      ["run", "--kubeconfig", "/nowhere/kubeconfig"],
      /\/nowhere\/kubeconfig: .*no such/,
    ],
    [
      "an address that is none",
      ["simulate", "CtyunCCI", "--access-key", "a", "--secret-key", "b", "--listen", "here"],
      /--listen .*HOST:PORT/,
    ],
  ] as const)("is answered with its name and the reason: %s", async ([, args, expected], { expect }) => {
    const command = untilTestEnds(spawnYunfan(args));
    expect(await command.ended).toEqual({ code: 1, signal: null });
    expect(command.stdout).toEqual([]);
    expect(command.stderr).toEqual([expect.stringMatching(/^error: /)]);
    expect(command.stderr[0]).toMatch(expected);
  });
});
