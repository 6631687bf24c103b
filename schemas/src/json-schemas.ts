/** The list of schema files; it alone knows which nouns have one. */
import application from '../json/application.schema.json' with { type: 'json' }
import batch from '../json/batch.schema.json' with { type: 'json' }
import broadcast from '../json/broadcast.schema.json' with { type: 'json' }
import connection from '../json/connection.schema.json' with { type: 'json' }
import control from '../json/control.schema.json' with { type: 'json' }
import discovery from '../json/discovery.schema.json' with { type: 'json' }
import exec from '../json/exec.schema.json' with { type: 'json' }
import fuzzCase from '../json/fuzz-case.schema.json' with { type: 'json' }
import message from '../json/message.schema.json' with { type: 'json' }
import presence from '../json/presence.schema.json' with { type: 'json' }
import problem from '../json/problem.schema.json' with { type: 'json' }
import report from '../json/report.schema.json' with { type: 'json' }
import settings from '../json/settings.schema.json' with { type: 'json' }
import socket from '../json/socket.schema.json' with { type: 'json' }
import sse from '../json/sse.schema.json' with { type: 'json' }
import terms from '../json/terms.schema.json' with { type: 'json' }
import token from '../json/token.schema.json' with { type: 'json' }
import webhook from '../json/webhook.schema.json' with { type: 'json' }

/** What one schema file holds, as far as programs need to know: its address and its definitions. */
export type SchemaFile = {
  readonly $id: string
  readonly $defs: Readonly<Record<string, unknown>>
}

/** Every schema of this revision, one per noun; each type is one of the `$defs`. */
export const JSON_SCHEMAS: readonly SchemaFile[] = [
  terms,
  token,
  connection,
  message,
  broadcast,
  batch,
  control,
  sse,
  presence,
  webhook,
  socket,
  application,
  discovery,
  problem,
  report,
  exec,
  fuzzCase,
  settings,
]
