// Changes of an application that is there (1.2, 1.21). Nothing is sent unless a look in the same turn has shown the very one that is meant.
import type { WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { Application, ClusterApplications, WorkloadRef } from "../facets/applications.ts";
import { detailIn, type ApplicationTurns } from "./application-turns.ts";
import { applicationOf, descriptionWith, SORTS, type EasyStackApplication } from "./application-wire.ts";
import type { Turn } from "./places/turn.ts";

type Changes = Pick<ClusterApplications, "describe" | "attach" | "detach" | "start" | "stop" | "restart">;
type Changing = (
  application: Application,
  permit: WritePermit,
  work: (turn: Turn, there: EasyStackApplication) => Promise<unknown>,
) => Promise<void>;

export function changesBy(turns: ApplicationTurns): Changes {
  const changing: Changing = (application, permit, work) => changed(turns, application, { permit, work });
  return {
    describe: (application, description, permit) =>
      changing(application, permit, (turn, { name, sort, mark }) => {
        const body = { name, description: descriptionWith(description, mark), type: sort };
        return turn.write({ operation: "DescribeApplication", names: { name }, body });
      }),
    attach: (application, member, permit) =>
      changing(application, permit, (turn, there) => gathered(turn, there, { action: "attach", member })),
    detach: (application, member, permit) =>
      changing(application, permit, (turn, there) => gathered(turn, there, { action: "detach", member })),
    start: (application, workload, permit) =>
      changing(application, permit, (turn, there) => {
        if (workload) return switched(turn, workload, "start");
        const body = bodyFor(there);
        return unlessDone(turn.write({ operation: "StartApplication", query: [["action", "start"]], body }));
      }),
    stop: (application, workload, permit) => changing(application, permit, (turn) => switched(turn, workload, "stop")),
    restart: (application, permit) =>
      changing(application, permit, (turn, there) =>
        turn.write({ operation: "RestartApplication", query: [["action", "recreate"]], body: bodyFor(there) }),
      ),
  };
}

/** As calls that take several name one. */
export function bodyFor({ name, sort }: Pick<EasyStackApplication, "name" | "sort">): object {
  return { applications: [{ name, type: sort }] };
}

async function changed(
  turns: ApplicationTurns,
  application: Application,
  { permit, work }: { readonly permit: WritePermit; readonly work: Parameters<Changing>[2] },
): Promise<void> {
  const { sort } = application as EasyStackApplication;
  await turns.within(sort, permit.signal, async (turn) => {
    const found = await detailIn(turn, application.name, sort);
    if (found === "Absent") {
      throw new CloudError("NotFound", { message: `There is no ${sort} application ${application.name}` });
    }
    const there = applicationOf(found, { place: turns.place, sort, machines: [] });
    if (there.incarnation !== application.incarnation) {
      throw new CloudError("Conflict", { message: `Application ${application.id} is another one by now` });
    }
    await work(turn, there);
  });
}

function switched(turn: Turn, { kind, name }: WorkloadRef, action: "start" | "stop"): Promise<void> {
  const body = { workloads_base: [{ name, type: kind }] };
  return unlessDone(turn.write({ operation: "SwitchWorkloads", query: [["action", action]], body }));
}

async function gathered(
  turn: Turn,
  { name, sort }: EasyStackApplication,
  { action, member }: { readonly action: "attach" | "detach"; readonly member: WorkloadRef },
): Promise<void> {
  // The call names no type: it might gather for the other one.
  const other = SORTS.find((one) => one !== sort) ?? sort;
  if ((await detailIn(turn, name, other)) !== "Absent") throw ambiguous(name);
  const body = { application_name: name, workloads_base: [{ name: member.name, type: member.kind }] };
  await turn.write({ operation: "SwitchWorkloads", query: [["action", action]], body });
}

function ambiguous(name: string): CloudError {
  const message =
    `Both a normal and a hybrid application are named ${name}, and the call that attaches and detaches workloads does not say which is ` +
    "meant: nothing was sent";
  return new CloudError("Rejected", { message, advice: "Delete one of the two, or leave out spec.members" });
}

/** 409: it is in that state already. */
async function unlessDone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== "Busy") throw error;
  }
}
