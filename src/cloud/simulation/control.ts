// The control endpoints under /_simulator: state, log, calls offered, faults, release, and changes by a colleague.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { messageOf } from "../../lib/errors.ts";
import type { CollectionControl } from "./cloud.ts";
import type { ExchangeContext } from "./exchange.ts";
import { armFaults, describeFaults } from "./fault-engine.ts";
import { parseFaultPlan } from "./faults.ts";
import { parseJson, Refusal } from "./refusal.ts";
import type { Identified, Tables } from "./store.ts";

interface RecordPath {
  collection: string;
  id: string;
}

/**
 * Adds the control endpoints. Bad input answers 400 with `{"error","field"}`.
 *
 * A change answers with the record it concerned: 201 for POST, 200 for PATCH and DELETE, 404 where there is none.
 */
export function addControls<T extends Tables<T>>(app: FastifyInstance, context: ExchangeContext<T>): void {
  const { cloud } = context;
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.addHook("preHandler", (_request, _reply, done) => {
    cloud.advance?.();
    done();
  });
  app.get("/state", () => cloud.store.dump());
  app.get("/requests", () => context.log.entries());
  app.get("/calls", () => cloud.routes.map(({ method, path }) => `${method} ${path}`));
  app.get("/faults", () => describeFaults(context.faults));
  app.put("/faults", (request) => {
    context.faults = armFaults(parseFaultPlan(bodyOf(request)));
    return describeFaults(context.faults);
  });
  app.post("/release", () => ({ released: context.waits.release() }));
  addChanges(app, cloud.controls);
}

function addChanges(app: FastifyInstance, controls: Readonly<Record<string, CollectionControl>>): void {
  app.post<{ Params: Omit<RecordPath, "id"> }>("/:collection", (request, reply) => {
    const control = controlOf(controls, request.params.collection);
    if (control.create === undefined) return notOffered(request);
    reply.code(201);
    return control.create(bodyOf(request));
  });
  app.patch<{ Params: RecordPath }>("/:collection/:id", (request) => {
    const { collection, id } = request.params;
    const control = controlOf(controls, collection);
    if (control.update === undefined) return notOffered(request);
    return present(control.update(id, bodyOf(request)), request.params);
  });
  app.delete<{ Params: RecordPath }>("/:collection/:id", (request) => {
    const { collection, id } = request.params;
    const control = controlOf(controls, collection);
    if (control.remove === undefined) return notOffered(request);
    return present(control.remove(id), request.params);
  });
}

type Found = Identified | undefined;

async function present(found: Found | Promise<Found>, { collection, id }: RecordPath): Promise<Identified> {
  return (await found) ?? notFound(collection, id);
}

function controlOf(controls: Readonly<Record<string, CollectionControl>>, collection: string): CollectionControl {
  const control = controls[collection];
  if (control === undefined) throw new Refusal(404, `no collection ${collection}`);
  return control;
}

function bodyOf(request: FastifyRequest): unknown {
  return parseJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
}

function notFound(collection: string, id: string): Identified {
  throw new Refusal(404, `no ${id} in ${collection}`);
}

function notOffered(request: FastifyRequest): Identified {
  throw new Refusal(405, `the simulator does not offer ${request.method} ${request.url}`);
}

function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  if (!(error instanceof Refusal)) return reply.code(500).send({ error: messageOf(error) });
  return reply.code(error.status).send({ error: error.message, field: error.field });
}
