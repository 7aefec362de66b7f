/**
 * Whoever reads our output may have seen enough, as `head` has: what is left to write goes nowhere, and that is no error. To be
 * called before anything is written.
 */
export function allowClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
