// What several calls of the CCE API reference answer alike: errors, lists, and what is said of a node's login and address.
import type { MemberType, PromisedCall, Table } from "../../../simulation/members.ts";
import { sometimes, table } from "../../../simulation/members.ts";

/** 7.4, which the gateway's errors share. */
export const error = table("the sample of 7.4", { error_code: "string", error_msg: "string" });

export const PROJECT = "/api/v3/projects/:project";
export const CLUSTERS = `${PROJECT}/clusters`;
export const CLUSTER = `${CLUSTERS}/:cluster`;

/** A call of CCE itself, whose errors are those of 7.4. */
export function cce(reference: string, call: string, answer: PromisedCall["answer"] & {}): PromisedCall {
  return { call, reference, answer, refusals: [error] };
}

/** An object with its kind, as all of them are shown. */
export function resource(name: string, members: Table["members"]): Table {
  return table(name, { kind: "string", apiVersion: "string", ...members });
}

export function listOf(name: string, item: Table): Table {
  return resource(name, { items: [item] });
}

/** Reads show either; of a password they say the user at most. */
export function login(name: string, userPassword: MemberType): Table {
  return table(name, {
    sshKey: sometimes("string", "where the login is by key pair"),
    userPassword: sometimes(userPassword, "where the login is by password; empty in some samples where it is not"),
  });
}

export function publicIP(name: string): Table {
  return table(name, { eip: table(`${name}, eip`, { bandwidth: "object" }) });
}

export const volume = (name: string): Table => table(name, { volumetype: "string", size: "integer" });

export const password = (name: string): Table =>
  table(name, {
    username: sometimes("string", "where the login is by password"),
    password: sometimes("string", "where the login is by password, masked"),
  });
