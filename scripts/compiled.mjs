// @ts-check
// Compilers print the errors in the sources themselves; a stack below them would only hide them.

/** The sources do not compile, and the compiler has printed why. */
export class CompileError extends Error {}

/**
 * Runs what compiles sources. If they do not compile, ends the process with exit code 1 and prints nothing more.
 * @template T
 * @param {() => Promise<T>} work
 */
export async function compiled(work) {
  try {
    return await work();
  } catch (error) {
    // esbuild throws an error with the list of those that it has printed.
    const isPrinted = error instanceof CompileError || (error instanceof Error && "errors" in error);
    if (!isPrinted) throw error;
    process.exit(1);
  }
}
