// `node:process` as the global object. An import makes Node read each of its properties, which opens standard input and
// loads the diagnostic report: 2 ms of every start.
export default globalThis.process;
