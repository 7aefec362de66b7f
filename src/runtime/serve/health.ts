// HTTP for the kubelet and for Prometheus: /healthz and /readyz (R23), and /metrics (R24), each on an address of its own.
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../../lib/log.ts";
import { parseBindAddress, type BindAddress } from "./health-address.ts";
import { reportCheck, reportChecks, type CheckReport, type Checks } from "./health-checks.ts";

interface HttpServerOptions {
  readonly name: string;
  /** "host:port", ":port" or "0" for none. Throws a RangeError otherwise. */
  readonly address: string;
  readonly log: Logger;
}

/** An HTTP server with a few plain-text routes. */
class HttpServer {
  readonly name: string;
  readonly #address: BindAddress;
  readonly #log: Logger;
  readonly #app: FastifyInstance;
  #port: number | undefined;

  constructor(options: HttpServerOptions, routes: (app: FastifyInstance) => void) {
    this.name = options.name;
    this.#address = parseBindAddress(options.address);
    this.#log = options.log;
    // A scraper's idle connection must not hold up a stop.
    this.#app = fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } });
    routes(this.#app);
  }

  /** The port that is listened on; undefined before `start` and when off. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Resolves when it listens, or at once when it is off. Rejects when the address cannot be had. */
  async start(): Promise<void> {
    if (this.#address === "Off") return;
    await this.#app.listen(this.#address);
    const address = this.#app.server.address();
    this.#port = typeof address === "object" ? address?.port : undefined;
    this.#log.info({ server: this.name, host: this.#address.host, port: this.#port }, "Listening");
  }

  /** Resolves when the port is free. Idempotent. */
  async stop(): Promise<void> {
    await this.#app.close();
  }
}

interface HealthOptions extends Omit<HttpServerOptions, "name"> {
  readonly liveness: Checks;
  readonly readiness: Checks;
  /** Shown with readiness, whatever it says. */
  readonly notes?: Checks;
}

export class HealthServer extends HttpServer {
  constructor(options: HealthOptions) {
    super({ ...options, name: "health" }, (app) => {
      serveChecks(app, "healthz", options.liveness);
      serveChecks(app, "readyz", options.readiness, options.notes);
    });
  }
}

export class MetricsServer extends HttpServer {
  constructor(
    options: Omit<HttpServerOptions, "name"> & {
      readonly scrape: () => Promise<{ contentType: string; text: string }>;
    },
  ) {
    super({ ...options, name: "metrics" }, (app) => {
      app.get("/metrics", async (_request, reply) => {
        const { contentType, text } = await options.scrape();
        return reply.type(contentType).send(text);
      });
    });
  }
}

interface ProbeQuery {
  readonly verbose?: unknown;
  readonly exclude?: string | string[];
}

/** `/endpoint` for all checks, `/endpoint/name` for one. */
function serveChecks(app: FastifyInstance, endpoint: string, checks: Checks, notes: Checks = {}): void {
  const send = (reply: FastifyReply, report: CheckReport): FastifyReply =>
    reply
      .code(report.status)
      .type("text/plain; charset=utf-8")
      .header("X-Content-Type-Options", "nosniff")
      .send(report.body);
  app.get(`/${endpoint}`, (request: FastifyRequest<{ Querystring: ProbeQuery }>, reply) => {
    const { verbose, exclude = [] } = request.query;
    return send(
      reply,
      reportChecks(endpoint, checks, { verbose: verbose !== undefined, exclude: [exclude].flat(), notes }),
    );
  });
  for (const [name, check] of Object.entries(checks)) {
    app.get(`/${endpoint}/${name}`, (_request, reply) => send(reply, reportCheck(check)));
  }
}
