/** The OpenAPI document as a page: every call and webhook, what it takes and what it answers. */

import { code, type Page, prose, table } from './page.ts'

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, unknown>>[]
  readonly parameters?: readonly {
    readonly in?: string
    readonly name?: string
    readonly required?: boolean
    readonly description?: string
  }[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Body & { readonly description?: string }>>
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

/** The page of the document. `linkTo` links to a type of the schemas from a page of the registry. */
export function writeOpenapiPage(text: string, linkTo: (type: string) => string): Page {
  const { openapi, info, paths, webhooks } = JSON.parse(text) as {
    openapi: string
    info: { title: string; version: string; description?: string }
    paths: Paths
    webhooks: Paths
  }
  const sections = (from: Paths, heading: (method: string, path: string) => string): string[] =>
    Object.entries(from).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        writeOperation(heading(method.toUpperCase(), path), operation, linkTo),
      ),
    )
  return {
    path: 'registry/openapi.md',
    title: 'OpenAPI',
    text: [
      '# OpenAPI',
      `Every call of a service and every webhook that it sends in OpenAPI ${openapi}, made from the [calls](calls.md), the [webhooks](webhooks.md) and the [schemas](../schemas.md): for generators of clients, for mock servers and for tools that send requests.`,
      `Download: [openapi.json](../../../schemas/openapi.json) (${prose(info.title)}, ${info.version})`,
      '# Calls',
      ...sections(paths, (method, path) => `${method} ${path}`),
      '# Webhooks',
      ...sections(webhooks, (_, event) => `Webhook ${event}`),
    ].join('\n\n'),
  }
}

function writeOperation(
  heading: string,
  operation: Operation,
  linkTo: (type: string) => string,
): string {
  const { summary, tags = [], security = [], parameters = [], requestBody, responses } = operation
  const types = (body: Body | undefined): string =>
    Object.entries(body?.content ?? {})
      .map(([media, { schema }]) => {
        const type = schema?.$ref?.split('/').at(-1)
        return `${type === undefined ? '' : `${linkTo(type)} as `}${code(media)}`
      })
      .join(', ')
  const proofs = security.flatMap((one) => Object.keys(one))
  const named = parameters.filter(({ name }) => name !== undefined)
  return [
    `## ${heading}`,
    `${prose(summary)} Profile ${tags.map(code).join(', ')}${proofs.length > 0 ? `; asks for ${[...new Set(proofs)].map(code).join(' or ')}` : ''}.`,
    ...(requestBody ? [`Takes ${types(requestBody)}.`] : []),
    ...(named.length > 0
      ? [
          table(
            ['parameter', 'in', 'there', 'meaning'],
            named.map(({ name = '', in: place = '', required = false, description = '' }) => [
              code(name),
              place,
              required ? 'always' : 'sometimes',
              prose(description),
            ]),
          ),
        ]
      : []),
    table(
      ['status', 'body', 'when'],
      Object.entries(responses).map(([status, response]) => [
        code(status),
        types(response),
        prose(response.description ?? ''),
      ]),
    ),
  ].join('\n\n')
}
