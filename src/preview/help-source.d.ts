/** docs/how-masquerading-works.md as HTML, with its pictures; made by the build. */
declare module "help-source" {
  const html: string;
  export default html;
}
