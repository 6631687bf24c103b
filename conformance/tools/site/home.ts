/** The first page: where each reader begins. */

import type { Requirement } from '../../src/ledger.ts'
import { isMust, isTestable } from '../../src/ledger.ts'
import type { Page } from './page.ts'
import type { Proof } from './proof.ts'

const CARDS = [
  [
    'Judge my server',
    'guides/judge-my-server.md',
    'By its URL, or started by the suite. A verdict in a minute, in any language.',
  ],
  [
    'Write a server',
    'guides/write-a-server.md',
    'From an empty file to green, one requirement after another, with the suite as tutor.',
  ],
  [
    'Read a report',
    'guides/read-a-report.md',
    'What the words mean, where the offending line is, and when the suite is wrong.',
  ],
  [
    'Add a check',
    'guides/add-a-check.md',
    'One requirement through every room, and the fault that proves its check.',
  ],
] as const

const DOORS = [
  ['Primer', 'spec/primer.md', 'what this is, and a whole session'],
  ['Specification', 'spec/README.md', 'every requirement, each with the proof behind it'],
  ['Schemas', 'schemas.md', 'every body and envelope, with examples'],
  ['Registry', 'registry.md', 'problems, close codes, limits, timings'],
  ['OpenAPI', 'registry/openapi.md', 'all calls and webhooks, to read and to download'],
  ['Checks', 'checks.md', 'what is judged, and which faults are caught'],
  ['Results', 'project/results.md', 'who conforms, how long it takes'],
  [
    'Versions and challenges',
    'project/versions.md',
    'what changes when, and what to do when the suite is wrong',
  ],
] as const

/** The first page, with the numbers of the day. */
export function writeHome(
  ledger: readonly Requirement[],
  proofs: ReadonlyMap<string, Proof>,
): Page {
  const musts = ledger.filter((requirement) => isMust(requirement) && isTestable(requirement))
  const proven = musts.filter(({ id }) => proofs.get(id)?.state === 'proven')
  const checks = ledger.flatMap(({ id }) => proofs.get(id)?.checks ?? [])
  const faults = new Set(checks.flatMap(({ killedBy }) => killedBy))
  return {
    path: 'home.md',
    title: 'The Channel Protocol',
    text: [
      '<p class="lead">An open way to push to browsers from web applications that cannot hold sockets open: serverless functions, PHP, Django, Rails, a cron job. The application asks a service for a token, the page connects with it, the application posts messages to the page, and webhooks tell it who came and went.</p>',
      `<div class="cards">${CARDS.map(([title, path, words]) => `<a class="card" href="${path}"><strong>${title}</strong><span>${words}</span></a>`).join('')}</div>`,
      `<div class="numbers"><span><b>${ledger.length}</b> requirements</span><span><b>${proven.length}</b> of ${musts.length} MUSTs that can be seen from outside proven</span><span><b>${checks.length}</b> checks</span><span><b>${faults.size}</b> wrong servers, applications and clients caught</span></div>`,
      '## See it judge',
      'With git, npm and some Node:',
      '```sh\nnpm ci && npm run conformance\n```',
      'That starts the reference server and a chat on it, judges both, and ends with the verdict in words. Your own server:',
      '```sh\nnpx @channel-protocol/conformance run http://127.0.0.1:8080\n```',
      '## All doors',
      DOORS.map(([title, path, words]) => `- [${title}](${path}): ${words}`).join('\n'),
      'In code: [for applications](../../reference-server/application/index.ts), [for pages and programs](../../reference-server/client/index.ts), and every other module in the navigation.',
    ].join('\n\n'),
  }
}
