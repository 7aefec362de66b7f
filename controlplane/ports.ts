// Free ports on loopback.
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below every system's ephemeral range (Linux: from 32768): while the API server is down, no outgoing connection can take
 * its port as source port. A client that keeps reconnecting could otherwise end up connected to itself, on that very port.
 */
const LOWEST_PORT = 16_384;
const HIGHEST_PORT = 32_767;
const ATTEMPTS = 50;

/**
 * A port of 127.0.0.1 that was free a moment ago; whoever uses it must still expect to find it taken.
 * `random` yields numbers from 0 up to but excluding 1.
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST_PORT + Math.floor(random() * (HIGHEST_PORT - LOWEST_PORT + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 in ${ATTEMPTS} attempts between ${LOWEST_PORT} and ${HIGHEST_PORT}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
  server.close();
  await once(server, "close");
  return true;
}
