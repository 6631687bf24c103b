/**
 * Where the tools begin: knows the oldest Node that runs the sources, and stops an older one with one sentence.
 * Plain JavaScript, because a Node that is too old cannot read anything else here.
 */

const oldest = 24
const running = process.versions.node

if (Number.parseInt(running, 10) < oldest) {
  process.stderr.write(
    `This is Node ${running}, and the sources need ${oldest} or newer. ` +
      'npm scripts use the Node that "npm ci" installs into node_modules; ' +
      'run "npm ci" again without --ignore-scripts.\n',
  )
  process.exit(1)
}
