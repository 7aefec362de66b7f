// The flags of `yunfan run`: what is refused before anything starts, and with which words.
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { command } from "./run.ts";

/** The refusal; the command never gets as far as to start anything. */
async function refusalOf(args: readonly string[]): Promise<unknown> {
  const run = command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return rejectionOf(run.parseAsync(args, { from: "user" }));
}

describe("yunfan run", () => {
  it.each([
    [["--concurrency", "Widget=1"], /--concurrency .* KIND must be one of CloudAccount, .*RegistryProject/],
    [["--concurrency", "RegistryProject=0"], /--concurrency .* from 1 to 9999/],
    [["--concurrency", "RegistryProject"], /--concurrency .* from 1 to 9999/],
    [["--leader-elect-lease-duration", "soon"], /--leader-elect-lease-duration .* number of seconds/],
    [
      ["--leader-elect-lease-duration", "10", "--leader-elect-renew-deadline", "10"],
      /--leader-elect-lease-duration \(10 s\) must be longer than --leader-elect-renew-deadline \(10 s\)/,
    ],
    [["--leader-elect-retry-period", "9"], /--leader-elect-renew-deadline \(10 s\) must be longer than .* \(9 s\)/],
    [["--leader-elect-retry-period", "0"], /--leader-elect-retry-period must be a positive number/],
    [["--target-watches", "-1"], /--target-watches .* from 0 to 99999/],
    [["--target-watches", "many"], /--target-watches .* from 0 to 99999/],
    [["--settle-window", "-1"], /--settle-window .* 0 or more/],
    [["--on-namespace-deletion", "delete"], /--on-namespace-deletion .* Hold, Delete, Orphan/],
    [["--metrics-bind-address", "here"], /--metrics-bind-address .* host:port/],
    [["--health-probe-bind-address", "127.0.0.1:70000"], /--health-probe-bind-address .* host:port/],
    [["--watch-namespaces", "good,Bad_Name"], /--watch-namespaces .* "Bad_Name" is no name of a namespace/],
    [["--identity", ""], /--identity .* printable ASCII/],
    [["--identity", "two words"], /--identity .* printable ASCII/],
    [["--log-level", "loud"], /--log-level .* debug, info, warn/],
    [["--log-format", "xml"], /--log-format .* json, pretty/],
    [["--kubeconfig", "/nowhere/kubeconfig"], /kubeconfig \/nowhere\/kubeconfig: .*no such file/],
    [["--kubeconfig", "/dev/null"], /kubeconfig \/dev\/null: not a kubeconfig/],
    [["extra"], /too many arguments/],
  ])("refuses %j and says why", async (args, message) => {
    const refusal = await refusalOf(args);
    expect(refusal).toBeInstanceOf(CommanderError);
    expect(refusal).toMatchObject({ exitCode: 1, message: expect.stringMatching(message) as string });
  });
});
