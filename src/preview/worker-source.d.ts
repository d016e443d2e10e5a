/** worker.ts with all it needs, as the text of one classic script; made by the build. */
declare module "worker-source" {
  const source: string;
  export default source;
}
